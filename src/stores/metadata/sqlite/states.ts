import type { Commit, ManifestRecord } from '../../../ports/metadata-store.ts'
import { type Commands, isAsExpected } from '../commands.ts'
import type { Database } from './database.ts'
import { addDelivery, setSource } from './deliveries.ts'
import { anyDoomed, namePacks, putIntoQueue } from './packs.ts'

type StateCommands = Commands<'readManifest' | 'listManifests' | 'commit' | 'pruneManifests'>

interface Current {
  manifestId: string
  lockVersion: number
  sequenceNumber: number
  sourceRevision: string | null
}

/** The commands about the states of a document. */
export function stateCommands(db: Database): StateCommands {
  return {
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

    commit(now, commit) {
      const { documentKey } = commit
      const current = db.get<Current>(
        `SELECT manifest_id AS manifestId, lock_version AS lockVersion,
           sequence_number AS sequenceNumber, source_revision AS sourceRevision
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
      noteForSource(db, commit, current, now)
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
         ) AND manifest_id NOT IN (
           SELECT manifest_id FROM deliveries WHERE document_key = :documentKey
         )`,
        { documentKey, keep, oldest: now - maxAgeMs },
      ),
  }
}

type NewState = Pick<
  Commit,
  'documentKey' | 'manifestId' | 'manifest' | 'size' | 'sequenceNumber' | 'userId'
>

/** Takes the document's reference version as the state's ordinal: it grew in this very command. */
export function insertManifest(db: Database, state: NewState, now: number): void {
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

/** What a commit means to an application that keeps the document elsewhere. */
function noteForSource(db: Database, commit: Commit, before: Current, now: number): void {
  const { documentKey, sequenceNumber, sourceRevision } = commit
  if (sourceRevision !== undefined)
    setSource(db, { documentKey, revision: sourceRevision, sequenceNumber })
  else if (before.sourceRevision !== null && sequenceNumber > before.sequenceNumber)
    addDelivery(db, commit, now)
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
