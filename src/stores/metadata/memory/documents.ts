import type { Commit, DocumentRecord, ManifestRecord } from '../../../ports/metadata-store.ts'
import { type Commands, isAsExpected } from '../commands.ts'
import {
  anyDoomed,
  type DocumentRow,
  namePacks,
  putIntoQueue,
  type SessionRow,
  type Tables,
} from './tables.ts'

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

/** The commands about documents, their states and their locks. */
export function documentCommands(tables: Tables): DocumentCommands {
  const { documents, keysByFileId, secrets } = tables

  return {
    createDocument(now, { newPacks, manifest, userId, ...document }) {
      if (keysByFileId.has(document.fileId) || documents.has(document.key))
        return { ok: false, reason: 'exists' }
      if (anyDoomed(tables, document.key, newPacks)) return { ok: false, reason: 'pack-gone' }

      const row: DocumentRow = {
        ...document,
        sequenceNumber: 1,
        modifiedAt: now,
        locks: null,
        lockVersion: 0,
        referenceVersion: 0,
        manifests: [],
      }
      documents.set(row.key, row)
      keysByFileId.set(row.fileId, row.key)
      pushManifest(row, manifest, userId, now)
      namePacks(tables, row, newPacks)
      return { ok: true, now }
    },

    readDocument(now, fileId) {
      const row = documents.get(keysByFileId.get(fileId) ?? '')
      return row && { document: documentRecord(row), now }
    },

    listDocuments(_now, { after = '', limit }) {
      const ids = [...keysByFileId.keys()].filter((fileId) => fileId > after).sort()
      return ids.slice(0, limit).map((fileId) => {
        return documentRecord(documents.get(keysByFileId.get(fileId) ?? '') as DocumentRow)
      })
    },

    readManifest(_now, documentKey, manifestId) {
      const manifests = documents.get(documentKey)?.manifests
      return manifests?.find((row) => row.manifestId === manifestId)?.manifest.slice()
    },

    listManifests(_now, documentKey) {
      const manifests = documents.get(documentKey)?.manifests ?? []
      return manifests.map(manifestRecord).reverse()
    },

    replaceLocks(_now, documentKey, lockVersion, locks) {
      const row = documents.get(documentKey)
      if (row?.lockVersion !== lockVersion) return { ok: false }
      row.locks = locks
      row.lockVersion += 1
      return { ok: true, sequenceNumber: row.sequenceNumber }
    },

    commit(now, commit) {
      const row = documents.get(commit.documentKey)
      if (row === undefined || !isAsExpected(row, commit.expected, now))
        return { ok: false, reason: 'changed' }
      const session = commit.session && tables.sessions.get(commit.session.tokenHash)
      if (commit.session && !isCommittable(session, commit))
        return { ok: false, reason: 'session-changed' }
      if (anyDoomed(tables, row.key, commit.newPacks)) return { ok: false, reason: 'pack-gone' }

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
      row.manifests = manifests.filter((_, index) => {
        const next = manifests[index + 1]
        const newer = manifests.length - 1 - index
        return next === undefined || (newer < keep && now - next.createdAt <= maxAgeMs)
      })
      return manifests.length - row.manifests.length
    },

    ensureSecret(_now, name, candidate) {
      const secret = secrets.get(name) ?? candidate.slice()
      secrets.set(name, secret)
      return secret.slice()
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

function moveDocument(row: DocumentRow, commit: Commit, now: number): void {
  if (row.manifests.some(({ manifestId }) => manifestId === commit.manifestId))
    throw new Error(`The manifest ${commit.manifestId} exists already`)
  if (row.sequenceNumber !== commit.sequenceNumber) row.modifiedAt = now
  row.manifestId = commit.manifestId
  row.sequenceNumber = commit.sequenceNumber
  row.size = commit.size
  pushManifest(row, commit.manifest, commit.userId, now)
}

function pushManifest(row: DocumentRow, manifest: Uint8Array, userId: string, now: number): void {
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

function documentRecord(row: DocumentRow): DocumentRecord {
  const { manifests: _manifests, referenceVersion: _version, ...record } = row
  return record
}

function manifestRecord(row: DocumentRow['manifests'][number]): ManifestRecord {
  const { manifest: _manifest, ...record } = row
  return record
}
