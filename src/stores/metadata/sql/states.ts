import type { Commit, ManifestRecord } from '../../../ports/metadata/documents.ts'
import { noteCause, type WithCauseText, withCause } from './causes.ts'
import type { Commands } from './commands.ts'
import type { SqlDatabase } from './database.ts'
import { addDelivery, setSource } from './deliveries.ts'
import { scheduleSweep } from './due.ts'
import { anyGone, namePacks } from './packs.ts'

type StateCommands = Commands<'readManifest' | 'listManifests' | 'commit' | 'pruneManifests'>

interface Current {
  manifestId: string
  lockVersion: number
  sequenceNumber: number
  sourceRevision: string | null
}

/** The commands about the states of a document. */
export function stateCommands(db: SqlDatabase): StateCommands {
  return {
    async readManifest(_now, documentKey, manifestId) {
      const row = await db.get<{ manifest: Uint8Array }>(
        `SELECT manifest FROM manifests
         WHERE document_key = :documentKey AND manifest_id = :manifestId`,
        { documentKey, manifestId },
      )
      return row?.manifest
    },

    async listManifests(_now, documentKey) {
      const rows = await db.all<WithCauseText<ManifestRecord>>(
        `SELECT manifest_id, sequence_number, size, user_id, created_at, cause
         FROM manifests LEFT JOIN save_causes USING (document_key, manifest_id)
         WHERE document_key = :documentKey ORDER BY ordinal DESC`,
        { documentKey },
      )
      return rows.map(withCause)
    },

    async commit(now, commit) {
      const { documentKey } = commit
      const current = await db.get<Current>(
        `SELECT manifest_id, lock_version, sequence_number, source_revision
         FROM documents WHERE key = :documentKey`,
        { documentKey },
      )
      if (current === undefined || !isAsExpected(current, commit.expected, now))
        return { ok: false, reason: 'changed' }
      if (!(await isSessionAsExpected(db, commit))) return { ok: false, reason: 'session-changed' }
      if (await anyGone(db, documentKey, commit.newPacks)) return { ok: false, reason: 'pack-gone' }

      const modifiedAt = await moveDocument(db, commit, now)
      await namePacks(db, documentKey, commit.newPacks)
      await insertManifest(db, commit, now)
      await noteCause(db, commit, current)
      await noteForSource(db, commit, current, now)
      await endSession(db, commit)
      await scheduleSweep(db, documentKey, now + commit.sweepAfterMs)
      return { ok: true, now, modifiedAt }
    },

    pruneManifests: (_now, documentKey, manifestIds) =>
      db.run(
        `DELETE FROM manifests WHERE document_key = :documentKey
           AND ${db.dialect.inList('manifest_id', 'manifestIds')}
           AND manifest_id <> (SELECT manifest_id FROM documents WHERE key = :documentKey)
           AND manifest_id NOT IN (
             SELECT manifest_id FROM deliveries WHERE document_key = :documentKey
           )`,
        { documentKey, manifestIds },
      ),
  }
}

/** Whether a document is still in the state that a commit has read, and its lock still runs. */
function isAsExpected(
  current: Current,
  { manifestId, lockVersion, validBefore }: Commit['expected'],
  now: number,
): boolean {
  if (current.manifestId !== manifestId) return false
  if (lockVersion !== undefined && current.lockVersion !== lockVersion) return false
  return validBefore === undefined || now < validBefore
}

type NewState = Pick<
  Commit,
  'documentKey' | 'manifestId' | 'manifest' | 'size' | 'sequenceNumber' | 'userId'
>

/** Takes the document's reference version as the state's ordinal: it grew in this very command. */
export async function insertManifest(db: SqlDatabase, state: NewState, now: number): Promise<void> {
  const { documentKey, manifestId, manifest, size, sequenceNumber, userId } = state
  await db.run(
    `INSERT INTO manifests
       (document_key, manifest_id, ordinal, sequence_number, size, user_id, created_at, manifest)
     SELECT key, :manifestId, reference_version, :sequenceNumber, :size, :userId, :now, :manifest
     FROM documents WHERE key = :documentKey`,
    { documentKey, manifestId, manifest, size, sequenceNumber, userId, now },
  )
}

/** @returns the time of the content: a later one for each content, whatever the clock says */
async function moveDocument(db: SqlDatabase, commit: Commit, now: number): Promise<number> {
  const { documentKey, manifestId, sequenceNumber, size } = commit
  const moved = await db.get<{ modifiedAt: number }>(
    `UPDATE documents SET
       modified_at = CASE
         WHEN sequence_number = :sequenceNumber THEN modified_at
         WHEN modified_at < :now THEN :now
         ELSE modified_at + 1 END,
       manifest_id = :manifestId, sequence_number = :sequenceNumber, size = :size
     WHERE key = :documentKey RETURNING modified_at`,
    { documentKey, manifestId, sequenceNumber, size, now },
  )
  return moved?.modifiedAt ?? now
}

/** Notes what a commit means to the application that keeps the document, if one does. */
async function noteForSource(
  db: SqlDatabase,
  commit: Commit,
  before: Current,
  now: number,
): Promise<void> {
  const { documentKey, sequenceNumber, sourceRevision } = commit
  if (sourceRevision !== undefined)
    await setSource(db, { documentKey, revision: sourceRevision, sequenceNumber })
  else if (before.sourceRevision !== null && sequenceNumber > before.sequenceNumber)
    await addDelivery(db, commit, now)
}

async function isSessionAsExpected(
  db: SqlDatabase,
  { documentKey, session }: Commit,
): Promise<boolean> {
  if (session === undefined) return true
  const { tokenHash, received } = session
  const found = await db.get(
    `SELECT 1 FROM sessions WHERE token_hash = :tokenHash AND state = 'open'
       AND document_key = :documentKey AND received = :received`,
    { tokenHash, documentKey, received },
  )
  return found !== undefined
}

async function endSession(
  db: SqlDatabase,
  { session, sequenceNumber, manifestId }: Commit,
): Promise<void> {
  if (session === undefined) return
  const { tokenHash, baseSequenceNumber, digest } = session
  await db.run(
    `UPDATE sessions SET state = 'committed', base_sequence_number = :baseSequenceNumber,
       sequence_number = :sequenceNumber, manifest_id = :manifestId, digest = :digest
     WHERE token_hash = :tokenHash`,
    { tokenHash, baseSequenceNumber, sequenceNumber, manifestId, digest },
  )
}
