import type { Commit, ManifestRecord } from '../../../ports/metadata-store.ts'
import { type Commands, isAsExpected } from '../commands.ts'
import {
  anyDoomed,
  type DocumentRow,
  namePacks,
  putIntoQueue,
  type SessionRow,
  type Tables,
} from './tables.ts'

type StateCommands = Commands<'readManifest' | 'listManifests' | 'commit' | 'pruneManifests'>

/** The commands about the states of a document. */
export function stateCommands(tables: Tables): StateCommands {
  const { documents } = tables

  return {
    readManifest(_now, documentKey, manifestId) {
      const manifests = documents.get(documentKey)?.manifests
      return manifests?.find((row) => row.manifestId === manifestId)?.manifest.slice()
    },

    listManifests(_now, documentKey) {
      const manifests = documents.get(documentKey)?.manifests ?? []
      return manifests.map(manifestRecord).reverse()
    },

    commit(now, commit) {
      const row = documents.get(commit.documentKey)
      if (row === undefined || !isAsExpected(row, commit.expected, now))
        return { ok: false, reason: 'changed' }
      const session = commit.session && tables.sessions.get(commit.session.tokenHash)
      if (commit.session && !isCommittable(session, commit))
        return { ok: false, reason: 'session-changed' }
      if (anyDoomed(tables, row.key, commit.newPacks)) return { ok: false, reason: 'pack-gone' }

      checkManifestIsNew(row, commit)
      noteForSource(row, commit, now)
      moveDocument(row, commit, now)
      if (session) endSession(session, commit)
      namePacks(tables, row, commit.newPacks)
      putIntoQueue(tables, row.key, now + commit.sweepAfterMs)
      return { ok: true, now }
    },

    pruneManifests(now, documentKey, { keep, maxAgeMs }) {
      const row = documents.get(documentKey)
      if (row === undefined) return 0
      const { manifests } = row
      const waiting = new Set(row.deliveries.map(({ manifestId }) => manifestId))
      row.manifests = manifests.filter(({ manifestId }, index) => {
        const next = manifests[index + 1]
        if (next === undefined || waiting.has(manifestId)) return true
        const newer = manifests.length - 1 - index
        return newer < keep && now - next.createdAt <= maxAgeMs
      })
      return manifests.length - row.manifests.length
    },
  }
}

function isCommittable(session: SessionRow | undefined, commit: Commit): boolean {
  return (
    session !== undefined &&
    session.committed === undefined &&
    session.documentKey === commit.documentKey &&
    session.received === commit.session?.received
  )
}

function checkManifestIsNew(row: DocumentRow, commit: Commit): void {
  if (row.manifests.some(({ manifestId }) => manifestId === commit.manifestId))
    throw new Error(`The manifest ${commit.manifestId} exists already`)
}

function moveDocument(row: DocumentRow, commit: Commit, now: number): void {
  if (row.sequenceNumber !== commit.sequenceNumber) row.modifiedAt = now
  row.manifestId = commit.manifestId
  row.sequenceNumber = commit.sequenceNumber
  row.size = commit.size
  pushManifest(row, commit.manifest, commit.userId, now)
}

export function pushManifest(
  row: DocumentRow,
  manifest: Uint8Array,
  userId: string,
  now: number,
): void {
  const { manifestId, sequenceNumber, size } = row
  row.manifests.push({
    manifestId,
    sequenceNumber,
    size,
    userId,
    createdAt: now,
    manifest: manifest.slice(),
  })
}

function endSession(session: SessionRow, commit: Commit): void {
  if (commit.session === undefined) return
  const { baseSequenceNumber, digest } = commit.session
  const { sequenceNumber, manifestId } = commit
  session.committed = { baseSequenceNumber, sequenceNumber, manifestId, digest }
}

/** What a commit means to an application that keeps the document elsewhere. */
function noteForSource(row: DocumentRow, commit: Commit, now: number): void {
  const { sequenceNumber, sourceRevision, manifestId, userId } = commit
  if (sourceRevision !== undefined) row.source = { revision: sourceRevision, sequenceNumber }
  else if (row.source && sequenceNumber > row.sequenceNumber)
    row.deliveries.push({
      ...{ manifestId, sequenceNumber, userId },
      savedAt: now,
      attempts: 0,
      dueAt: now,
    })
}

function manifestRecord(row: DocumentRow['manifests'][number]): ManifestRecord {
  const { manifest: _manifest, ...record } = row
  return record
}
