import type { DatabaseSync } from 'node:sqlite'
import { migrateTo2 } from './migration-2.ts'
import { migrateTo3 } from './migration-3.ts'
import { migrateTo4 } from './migration-4.ts'
import { migrateTo5 } from './migration-5.ts'

/** Marks the file as wopikit's: "wopi" in ASCII. */
export const APPLICATION_ID = 0x77_6f_70_69

/**
 * The steps to the schema, one per version; `user_version` counts those that were taken. Never edit a
 * step that was released: every release must open the data of all earlier ones.
 */
const MIGRATIONS: readonly (string | ((db: DatabaseSync) => void))[] = [
  `
  CREATE TABLE documents (
    file_id TEXT PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    manifest_id TEXT NOT NULL,
    sequence_number INTEGER NOT NULL,
    size INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    lock_version INTEGER NOT NULL DEFAULT 0,
    reference_version INTEGER NOT NULL DEFAULT 1,
    locks TEXT
  ) STRICT, WITHOUT ROWID;

  -- The encoding knows where the bytes are: packs of ours or revisions kept elsewhere. "ordinal"
  -- grows with every state, also where the sequence number stays. The long column comes last, so
  -- that listing does not touch it.
  CREATE TABLE manifests (
    document_key TEXT NOT NULL REFERENCES documents (key),
    manifest_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    size INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    manifest BLOB NOT NULL,
    PRIMARY KEY (document_key, manifest_id)
  ) STRICT, WITHOUT ROWID;

  -- state: open -> committed -> emptied (committed, and its fragments are gone)
  CREATE TABLE sessions (
    session INTEGER PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    id TEXT NOT NULL UNIQUE,
    file_id TEXT NOT NULL,
    document_key TEXT NOT NULL REFERENCES documents (key),
    user_id TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'committed', 'emptied')),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    received INTEGER NOT NULL DEFAULT 0,
    fragment_count INTEGER NOT NULL DEFAULT 0,
    base_sequence_number INTEGER,
    sequence_number INTEGER,
    manifest_id TEXT,
    digest TEXT,
    checkpoint BLOB
  ) STRICT;
  CREATE INDEX sessions_by_expiry ON sessions (expires_at);
  CREATE INDEX sessions_by_file ON sessions (file_id, id);
  CREATE INDEX open_sessions_by_document ON sessions (document_key) WHERE state = 'open';
  CREATE INDEX open_sessions_by_user ON sessions (user_id) WHERE state = 'open';
  CREATE INDEX committed_sessions ON sessions (session) WHERE state = 'committed';

  CREATE TABLE fragments (
    session INTEGER NOT NULL REFERENCES sessions (session) ON DELETE CASCADE,
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL,
    pack_key TEXT NOT NULL,
    pack_locator TEXT,
    chunks BLOB NOT NULL,
    PRIMARY KEY (session, offset)
  ) STRICT, WITHOUT ROWID;

  -- Packs whose document was never written are condemned too: no reference to documents.
  CREATE TABLE condemned (
    document_key TEXT NOT NULL,
    pack_key TEXT NOT NULL,
    pack_locator TEXT,
    condemned_at INTEGER NOT NULL,
    doomed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (document_key, pack_key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE due (
    document_key TEXT PRIMARY KEY,
    due_at INTEGER NOT NULL,
    latest_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX due_by_time ON due (due_at);

  CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    secret BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  migrateTo2,
  migrateTo3,
  migrateTo4,
  migrateTo5,
]

/**
 * Brings the schema up to date. Several processes may do so at once: one migrates, the others wait
 * for it and find nothing left to do.
 *
 * @throws Error when the file belongs to another application or to a newer version of this one
 */
export function migrate(db: DatabaseSync): void {
  // Both in a transaction: between two statements another process may finish its migration.
  const version = inTransaction(db, 'BEGIN', () => readVersion(db))
  if (version < MIGRATIONS.length) inTransaction(db, 'BEGIN EXCLUSIVE', () => takeSteps(db))
}

function takeSteps(db: DatabaseSync): void {
  const version = readVersion(db)
  MIGRATIONS.slice(version).forEach((step, index) => {
    if (typeof step === 'string') db.exec(step)
    else step(db)
    db.exec(`PRAGMA user_version = ${version + index + 1}`)
  })
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
}

function inTransaction<Result>(db: DatabaseSync, begin: string, work: () => Result): Result {
  db.exec(begin)
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

function readVersion(db: DatabaseSync): number {
  const version = readPragma(db, 'user_version')
  const application = readPragma(db, 'application_id')
  if (application !== APPLICATION_ID && (application !== 0 || version !== 0 || hasTables(db)))
    throw new Error('It is the database of another application: choose another path')
  if (version > MIGRATIONS.length)
    throw new Error(
      `Its schema has version ${version}, and this wopikit knows versions up to ` +
        `${MIGRATIONS.length}: use the wopikit that wrote it, or a newer one`,
    )
  return version
}

function readPragma(db: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name])
}

function hasTables(db: DatabaseSync): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined
}
