import type { NewDocument } from '../../../ports/metadata-store.ts'
import type { Commands } from '../commands.ts'
import { documentRecord } from './document-record.ts'
import { moveName, removeName } from './names.ts'
import { pushManifest } from './states.ts'
import { anyDoomed, type DocumentRow, namePacks, putIntoQueue, type Tables } from './tables.ts'

type DocumentCommands = Commands<
  | 'createDocument'
  | 'readDocument'
  | 'readStates'
  | 'listDocuments'
  | 'replaceLocks'
  | 'placeDocument'
  | 'deleteDocument'
>

/** The commands about documents, their places and their locks. */
export function documentCommands(tables: Tables): DocumentCommands {
  const { documents, keysByFileId } = tables

  return {
    createDocument(now, document) {
      const { fileId, key, newPacks, place, manifest, userId } = document
      if (keysByFileId.has(fileId) || documents.has(key)) return { ok: false, reason: 'exists' }
      if (anyDoomed(tables, key, newPacks)) return { ok: false, reason: 'pack-gone' }
      const refusal = place && moveName(tables, place, { kind: 'document', id: key }, null)
      if (refusal) return { ok: false, reason: refusal }

      const row = newRow(document, now)
      documents.set(key, row)
      keysByFileId.set(fileId, key)
      pushManifest(row, manifest, userId, now)
      namePacks(tables, row, newPacks)
      return { ok: true, now }
    },

    readDocument(now, fileId) {
      const row = documents.get(keysByFileId.get(fileId) ?? '')
      return row && { document: documentRecord(row), now }
    },

    readStates(_now, fileIds) {
      return fileIds.flatMap((fileId) => {
        const row = documents.get(keysByFileId.get(fileId) ?? '')
        if (!row) return []
        const { sequenceNumber, size, modifiedAt, source } = documentRecord(row)
        return [{ fileId, sequenceNumber, size, modifiedAt, source }]
      })
    },

    listDocuments(_now, { after = '', limit }) {
      const ids = [...keysByFileId.keys()].filter((fileId) => fileId > after).sort()
      return ids.slice(0, limit).map((fileId) => {
        return documentRecord(documents.get(keysByFileId.get(fileId) ?? '') as DocumentRow)
      })
    },

    replaceLocks(_now, documentKey, lockVersion, locks) {
      const row = documents.get(documentKey)
      if (row?.lockVersion !== lockVersion) return { ok: false }
      row.locks = locks
      row.lockVersion += 1
      return { ok: true, sequenceNumber: row.sequenceNumber }
    },

    placeDocument(_now, documentKey, lockVersion, { name, place }) {
      const row = documents.get(documentKey)
      if (row?.lockVersion !== lockVersion) return { ok: false, reason: 'changed' }
      const child = { kind: 'document', id: documentKey } as const
      const refusal = place && moveName(tables, place, child, row.place)
      if (refusal) return { ok: false, reason: refusal }

      if (place === null) removeName(tables, row.place)
      row.name = name
      row.place = place && { ...place }
      row.lockVersion++
      return { ok: true }
    },

    deleteDocument(now, documentKey, { manifestId, lockVersion }) {
      const row = documents.get(documentKey)
      if (row?.manifestId !== manifestId || row.lockVersion !== lockVersion) return { ok: false }
      removeRows(tables, row)
      putIntoQueue(tables, documentKey, now)
      return { ok: true }
    },
  }
}

function newRow(document: NewDocument, now: number): DocumentRow {
  const { fileId, key, name, ownerId, manifestId, size, place, sourceRevision } = document
  return {
    ...{ fileId, key, name, ownerId, manifestId, size },
    sequenceNumber: 1,
    modifiedAt: now,
    locks: null,
    lockVersion: 0,
    place: place ? { ...place } : null,
    source: sourceRevision === undefined ? null : { revision: sourceRevision, sequenceNumber: 1 },
    referenceVersion: 0,
    manifests: [],
    activities: [],
    deliveries: [],
  }
}

/** Packs that are condemned stay so: their bytes are still to be deleted. */
function removeRows(tables: Tables, row: DocumentRow): void {
  removeName(tables, row.place)
  for (const session of tables.sessions.values())
    if (session.documentKey === row.key) tables.sessions.delete(session.tokenHash)
  tables.documents.delete(row.key)
  tables.keysByFileId.delete(row.fileId)
}
