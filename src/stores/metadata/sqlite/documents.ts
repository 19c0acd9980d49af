import type { NewDocument } from '../../../ports/metadata-store.ts'
import type { Commands } from '../commands.ts'
import type { Database } from './database.ts'
import {
  DOCUMENT_COLUMNS,
  type DocumentRow,
  type DocumentStateRow,
  documentRecord,
  STATE_COLUMNS,
  stateRecord,
} from './document-row.ts'
import { moveName, removeName } from './names.ts'
import { anyDoomed, namePacks, putIntoQueue } from './packs.ts'
import { insertManifest } from './states.ts'

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
export function documentCommands(db: Database): DocumentCommands {
  return {
    createDocument(now, document) {
      const { fileId, key, manifestId, manifest, size, userId, newPacks, place } = document
      if (db.get('SELECT 1 FROM documents WHERE file_id = :fileId OR key = :key', { fileId, key }))
        return { ok: false, reason: 'exists' }
      if (anyDoomed(db, key, newPacks)) return { ok: false, reason: 'pack-gone' }
      const refusal = place && moveName(db, place, { kind: 'document', id: key })
      if (refusal) return { ok: false, reason: refusal }

      insertDocument(db, document, now)
      namePacks(db, key, newPacks)
      const state = { documentKey: key, manifestId, manifest, size, sequenceNumber: 1, userId }
      insertManifest(db, state, now)
      return { ok: true, now }
    },

    readDocument(now, fileId) {
      const row = db.get<DocumentRow>(
        `SELECT ${DOCUMENT_COLUMNS} FROM documents WHERE file_id = :fileId`,
        { fileId },
      )
      return row && { document: documentRecord(row), now }
    },

    readStates(_now, fileIds) {
      const rows = db.all<DocumentStateRow>(
        `SELECT ${STATE_COLUMNS} FROM documents
         WHERE file_id IN (SELECT value FROM json_each(:fileIds))`,
        { fileIds: JSON.stringify(fileIds) },
      )
      return rows.map(stateRecord)
    },

    listDocuments(_now, { after = '', limit }) {
      const rows = db.all<DocumentRow>(
        `SELECT ${DOCUMENT_COLUMNS} FROM documents WHERE file_id > :after
         ORDER BY file_id LIMIT :limit`,
        { after, limit },
      )
      return rows.map(documentRecord)
    },

    replaceLocks(_now, documentKey, lockVersion, locks) {
      const row = db.get<{ sequenceNumber: number }>(
        `UPDATE documents SET locks = :locks, lock_version = lock_version + 1
         WHERE key = :documentKey AND lock_version = :lockVersion
         RETURNING sequence_number AS sequenceNumber`,
        { documentKey, lockVersion, locks },
      )
      return row ? { ok: true, ...row } : { ok: false }
    },

    placeDocument(_now, documentKey, lockVersion, { name, place }) {
      const unchanged = db.get(
        'SELECT 1 FROM documents WHERE key = :documentKey AND lock_version = :lockVersion',
        { documentKey, lockVersion },
      )
      if (unchanged === undefined) return { ok: false, reason: 'changed' }
      const child = { kind: 'document', id: documentKey } as const
      const refusal = place && moveName(db, place, child)
      if (refusal) return { ok: false, reason: refusal }

      if (place === null) removeName(db, child)
      db.run(
        `UPDATE documents SET name = :name, container_id = :containerId,
           lock_version = lock_version + 1 WHERE key = :documentKey`,
        { documentKey, name, containerId: place?.containerId ?? null },
      )
      return { ok: true }
    },

    deleteDocument(now, documentKey, { manifestId, lockVersion }) {
      const unchanged = db.get(
        `SELECT 1 FROM documents WHERE key = :documentKey AND manifest_id = :manifestId
           AND lock_version = :lockVersion`,
        { documentKey, manifestId, lockVersion },
      )
      if (unchanged === undefined) return { ok: false }
      deleteRows(db, documentKey)
      putIntoQueue(db, documentKey, now)
      return { ok: true }
    },
  }
}

function insertDocument(db: Database, document: NewDocument, now: number): void {
  const { fileId, key, name, ownerId, manifestId, size, place, sourceRevision } = document
  db.run(
    `INSERT INTO documents
       (file_id, key, name, owner_id, manifest_id, sequence_number, size, modified_at,
        reference_version, container_id, source_revision, source_sequence_number)
     VALUES (:fileId, :key, :name, :ownerId, :manifestId, 1, :size, :now,
        0, :containerId, :sourceRevision, iif(:sourceRevision IS NULL, NULL, 1))`,
    {
      ...{ fileId, key, name, ownerId, manifestId, size, now },
      containerId: place?.containerId ?? null,
      sourceRevision: sourceRevision ?? null,
    },
  )
}

/** Packs that are condemned stay so: their bytes are still to be deleted. */
function deleteRows(db: Database, documentKey: string): void {
  removeName(db, { kind: 'document', id: documentKey })
  // Those that refer to others go before them; the fragments go with their sessions.
  for (const table of ['deliveries', 'activities', 'sessions', 'manifests'])
    db.run(`DELETE FROM ${table} WHERE document_key = :documentKey`, { documentKey })
  db.run('DELETE FROM documents WHERE key = :documentKey', { documentKey })
}
