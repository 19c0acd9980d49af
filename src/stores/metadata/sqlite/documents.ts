import type { Commit, DocumentRecord, ManifestRecord } from '../../../ports/metadata-store.ts'
import { type Commands, isAsExpected } from '../commands.ts'
import type { Database } from './database.ts'
import { anyDoomed, namePacks, putIntoQueue } from './packs.ts'

type DocumentCommands = Commands<
  | 'createDocument'
  | 'readDocument'
  | 'listDocuments'
  | 'readManifest'
  | 'listManifests'
  | 'replaceLocks'
  | 'commit'
  | 'pruneManifests'
  | 'ensureSecret'
>

const DOCUMENT_COLUMNS = `
  file_id AS fileId, key, name, owner_id AS ownerId, manifest_id AS manifestId,
  sequence_number AS sequenceNumber, size, modified_at AS modifiedAt, locks,
  lock_version AS lockVersion`

/** The commands about documents, their states and their locks. */
export function documentCommands(db: Database): DocumentCommands {
  return {
    createDocument(now, { newPacks, manifest, userId, ...document }) {
      const { fileId, key, manifestId, size } = document
      if (db.get('SELECT 1 FROM documents WHERE file_id = :fileId OR key = :key', { fileId, key }))
        return { ok: false, reason: 'exists' }
      if (anyDoomed(db, key, newPacks)) return { ok: false, reason: 'pack-gone' }

      db.run(
        `INSERT INTO documents
           (file_id, key, name, owner_id, manifest_id, sequence_number, size, modified_at,
            reference_version)
         VALUES (:fileId, :key, :name, :ownerId, :manifestId, 1, :size, :now, 0)`,
        { ...document, now },
      )
      namePacks(db, key, newPacks)
      const state = { documentKey: key, manifestId, manifest, size, sequenceNumber: 1, userId }
      insertManifest(db, state, now)
      return { ok: true, now }
    },

    readDocument(now, fileId) {
      const document = db.get<DocumentRecord>(
        `SELECT ${DOCUMENT_COLUMNS} FROM documents WHERE file_id = :fileId`,
        { fileId },
      )
      return document && { document, now }
    },

    listDocuments: (_now, { after = '', limit }) =>
      db.all<DocumentRecord>(
        `SELECT ${DOCUMENT_COLUMNS} FROM documents WHERE file_id > :after
         ORDER BY file_id LIMIT :limit`,
        { after, limit },
      ),

    readManifest(_now, documentKey, manifestId) {
      const row = db.get<{ manifest: Uint8Array }>(
        `SELECT manifest FROM manifests
         WHERE document_key = :documentKey AND manifest_id = :manifestId`,
        { documentKey, manifestId },
      )
      return row?.manifest
    },

    listManifests: (_now, documentKey) =>
      db.all<ManifestRecord>(
        `SELECT manifest_id AS manifestId, sequence_number AS sequenceNumber, size,
           user_id AS userId, created_at AS createdAt
         FROM manifests WHERE document_key = :documentKey ORDER BY ordinal DESC`,
        { documentKey },
      ),

    replaceLocks(_now, documentKey, lockVersion, locks) {
      const row = db.get<{ sequenceNumber: number }>(
        `UPDATE documents SET locks = :locks, lock_version = lock_version + 1
         WHERE key = :documentKey AND lock_version = :lockVersion
         RETURNING sequence_number AS sequenceNumber`,
        { documentKey, lockVersion, locks },
      )
      return row ? { ok: true, ...row } : { ok: false }
    },

    commit(now, commit) {
      const { documentKey } = commit
      const current = db.get<{ manifestId: string; lockVersion: number }>(
        `SELECT manifest_id AS manifestId, lock_version AS lockVersion
         FROM documents WHERE key = :documentKey`,
        { documentKey },
      )
      if (current === undefined || !isAsExpected(current, commit.expected, now))
        return { ok: false, reason: 'changed' }
      if (!isSessionAsExpected(db, commit)) return { ok: false, reason: 'session-changed' }
      if (anyDoomed(db, documentKey, commit.newPacks)) return { ok: false, reason: 'pack-gone' }

      moveDocument(db, commit, now)
      namePacks(db, documentKey, commit.newPacks)
      insertManifest(db, commit, now)
      endSession(db, commit)
      putIntoQueue(db, documentKey, now + commit.sweepAfterMs)
      return { ok: true, now }
    },

    pruneManifests: (now, documentKey, { keep, maxAgeMs }) =>
      db.run(
        `DELETE FROM manifests WHERE document_key = :documentKey AND manifest_id IN (
           SELECT manifest_id FROM (
             SELECT manifest_id,
               row_number() OVER (ORDER BY ordinal DESC) AS place,
               lag(created_at) OVER (ORDER BY ordinal DESC) AS replaced_at
             FROM manifests WHERE document_key = :documentKey
           ) WHERE place > 1 AND (place > :keep OR replaced_at < :oldest)
         )`,
        { documentKey, keep, oldest: now - maxAgeMs },
      ),

    ensureSecret(_now, name, candidate) {
      db.run(
        'INSERT INTO secrets (name, secret) VALUES (:name, :candidate) ON CONFLICT DO NOTHING',
        {
          name,
          candidate,
        },
      )
      const sql = 'SELECT secret FROM secrets WHERE name = :name'
      return db.get<{ secret: Uint8Array }>(sql, { name })?.secret ?? candidate
    },
  }
}

type NewState = Pick<
  Commit,
  'documentKey' | 'manifestId' | 'manifest' | 'size' | 'sequenceNumber' | 'userId'
>

/** Takes the document's reference version as the state's ordinal: it grew in this very command. */
function insertManifest(db: Database, state: NewState, now: number): void {
  const { documentKey, manifestId, manifest, size, sequenceNumber, userId } = state
  db.run(
    `INSERT INTO manifests
       (document_key, manifest_id, ordinal, sequence_number, size, user_id, created_at, manifest)
     SELECT key, :manifestId, reference_version, :sequenceNumber, :size, :userId, :now, :manifest
     FROM documents WHERE key = :documentKey`,
    { documentKey, manifestId, manifest, size, sequenceNumber, userId, now },
  )
}

function moveDocument(db: Database, commit: Commit, now: number): void {
  const { documentKey, manifestId, sequenceNumber, size } = commit
  db.run(
    `UPDATE documents SET
       modified_at = iif(sequence_number = :sequenceNumber, modified_at, :now),
       manifest_id = :manifestId, sequence_number = :sequenceNumber, size = :size
     WHERE key = :documentKey`,
    { documentKey, manifestId, sequenceNumber, size, now },
  )
}

function isSessionAsExpected(db: Database, { documentKey, session }: Commit): boolean {
  if (session === undefined) return true
  const { tokenHash, received } = session
  const found = db.get(
    `SELECT 1 FROM sessions WHERE token_hash = :tokenHash AND state = 'open'
       AND document_key = :documentKey AND received = :received`,
    { tokenHash, documentKey, received },
  )
  return found !== undefined
}

function endSession(db: Database, { session, sequenceNumber, manifestId }: Commit): void {
  if (session === undefined) return
  const { tokenHash, baseSequenceNumber, digest } = session
  db.run(
    `UPDATE sessions SET state = 'committed', base_sequence_number = :baseSequenceNumber,
       sequence_number = :sequenceNumber, manifest_id = :manifestId, digest = :digest
     WHERE token_hash = :tokenHash`,
    { tokenHash, baseSequenceNumber, sequenceNumber, manifestId, digest },
  )
}
