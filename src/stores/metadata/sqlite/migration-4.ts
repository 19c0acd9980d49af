import type { DatabaseSync } from 'node:sqlite'

/** What clients have said of saves, as JSON. Most states come without it, and lists read past them. */
const SCHEMA = `
  CREATE TABLE save_causes (
    document_key TEXT NOT NULL,
    manifest_id TEXT NOT NULL,
    cause TEXT NOT NULL,
    PRIMARY KEY (document_key, manifest_id),
    FOREIGN KEY (document_key, manifest_id) REFERENCES manifests (document_key, manifest_id)
      ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
`

/** Adds the causes of saves. */
export function migrateTo4(db: DatabaseSync): void {
  db.exec(SCHEMA)
}
