import type { DatabaseSync } from 'node:sqlite'
import { nameKey } from '../../../protocol/file-name.ts'

const SCHEMA = `
  CREATE TABLE containers (
    container_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    parent_id TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX topmost_container ON containers ((parent_id IS NULL))
    WHERE parent_id IS NULL;

  -- Who has which name: the primary key decides between those who want the same one. "id" is a
  -- document's key or a containerId.
  CREATE TABLE names (
    container_id TEXT NOT NULL REFERENCES containers (container_id),
    name_key TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('container', 'document')),
    id TEXT NOT NULL,
    PRIMARY KEY (container_id, name_key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX names_by_id ON names (kind, id);

  -- The container is in "names" too; here it saves every read of a document a second lookup.
  ALTER TABLE documents ADD COLUMN container_id TEXT;
  ALTER TABLE documents ADD COLUMN source_revision TEXT;
  ALTER TABLE documents ADD COLUMN source_sequence_number INTEGER;

  -- due_at: NULL while an older save of the document waits
  CREATE TABLE deliveries (
    document_key TEXT NOT NULL,
    sequence_number INTEGER NOT NULL,
    manifest_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER,
    PRIMARY KEY (document_key, sequence_number),
    FOREIGN KEY (document_key, manifest_id) REFERENCES manifests (document_key, manifest_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX deliveries_by_time ON deliveries (due_at, document_key) WHERE due_at IS NOT NULL;

  CREATE TABLE activities (
    document_key TEXT NOT NULL REFERENCES documents (key),
    ordinal INTEGER NOT NULL,
    activity_id TEXT NOT NULL,
    type TEXT NOT NULL,
    user_id TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (document_key, ordinal)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE user_info (
    user_id TEXT PRIMARY KEY,
    user_info TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Deleting a document looks for all of its sessions.
  CREATE INDEX sessions_by_document ON sessions (document_key, state);
  DROP INDEX open_sessions_by_document;
`

/**
 * Puts the documents that exist already into a root container. Their names stay. Where several have
 * the same name, all but the first get a name key that nobody can type: neither names nor fileIds
 * contain a slash.
 */
const PLACE_DOCUMENTS = `
  INSERT INTO containers (container_id, name, owner_id)
  SELECT lower(hex(randomblob(16))), 'Documents', 'system' WHERE EXISTS (SELECT 1 FROM documents);

  UPDATE documents SET container_id = (SELECT container_id FROM containers);

  INSERT INTO names (container_id, name_key, kind, id)
  SELECT container_id,
    iif(place = 1 AND instr(name_key, '/') = 0, name_key, name_key || '/' || file_id),
    'document', key
  FROM (
    SELECT container_id, file_id, key, name_key(name) AS name_key,
      row_number() OVER (PARTITION BY name_key(name) ORDER BY file_id) AS place
    FROM documents
  );
`

/** Adds containers, deliveries, activities and user info. */
export function migrateTo2(db: DatabaseSync): void {
  db.exec(SCHEMA)
  db.function('name_key', { deterministic: true }, (name) => nameKey(String(name)))
  db.exec(PLACE_DOCUMENTS)
}
