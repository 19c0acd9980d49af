import type { NewDocument } from '../../../ports/metadata/documents.ts'
import type { Commands } from './commands.ts'
import type { SqlDatabase } from './database.ts'
import {
  DOCUMENT_COLUMNS,
  type DocumentRow,
  type DocumentStateRow,
  documentRecord,
  STATE_COLUMNS,
  stateRecord,
} from './document-row.ts'
import { scheduleSweep } from './due.ts'
import { moveName, removeName } from './names.ts'
import { anyGone, namePacks } from './packs.ts'
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
export function documentCommands(db: SqlDatabase): DocumentCommands {
  return {
    async createDocument(now, document) {
      const { fileId, key, manifestId, manifest, size, userId, newPacks, place } = document
      if (await isTaken(db, fileId, key)) return { ok: false, reason: 'exists' }
      if (await anyGone(db, key, newPacks)) return { ok: false, reason: 'pack-gone' }
      const refusal = place && (await moveName(db, place, { kind: 'document', id: key }))
      if (refusal) return { ok: false, reason: refusal }

      await insertDocument(db, document, now)
      await namePacks(db, key, newPacks)
      const state = { documentKey: key, manifestId, manifest, size, sequenceNumber: 1, userId }
      await insertManifest(db, state, now)
      return { ok: true, now }
    },

    async readDocument(now, fileId) {
      const row = await db.get<DocumentRow>(
        `SELECT ${DOCUMENT_COLUMNS} FROM documents WHERE file_id = :fileId`,
        { fileId },
      )
      return row && { document: documentRecord(row), now }
    },

    async readStates(_now, fileIds) {
      const rows = await db.all<DocumentStateRow>(
        `SELECT ${STATE_COLUMNS} FROM documents
         WHERE ${db.dialect.inList('file_id', 'fileIds')}`,
        { fileIds },
      )
      return rows.map(stateRecord)
    },

    async listDocuments(_now, { after = '', limit }) {
      const rows = await db.all<DocumentRow>(
        `SELECT ${DOCUMENT_COLUMNS} FROM documents WHERE file_id > :after
         ORDER BY file_id LIMIT :limit`,
        { after, limit },
      )
      return rows.map(documentRecord)
    },

    async replaceLocks(_now, documentKey, lockVersion, locks) {
      const row = await db.get<{ sequenceNumber: number }>(
        `UPDATE documents SET locks = :locks, lock_version = lock_version + 1
         WHERE key = :documentKey AND lock_version = :lockVersion
         RETURNING sequence_number`,
        { documentKey, lockVersion, locks },
      )
      return row ? { ok: true, ...row } : { ok: false }
    },

    async placeDocument(_now, documentKey, lockVersion, { name, place }) {
      const unchanged = await db.get(
        'SELECT 1 FROM documents WHERE key = :documentKey AND lock_version = :lockVersion',
        { documentKey, lockVersion },
      )
      if (unchanged === undefined) return { ok: false, reason: 'changed' }
      const child = { kind: 'document', id: documentKey } as const
      const refusal = place && (await moveName(db, place, child))
      if (refusal) return { ok: false, reason: refusal }

      if (place === null) await removeName(db, child)
      await db.run(
        `UPDATE documents SET name = :name, container_id = :containerId,
           lock_version = lock_version + 1 WHERE key = :documentKey`,
        { documentKey, name, containerId: place?.containerId ?? null },
      )
      return { ok: true }
    },

    async deleteDocument(now, documentKey, expected) {
      if (!(await isUnchanged(db, documentKey, expected))) return { ok: false }
      await deleteRows(db, documentKey)
      await scheduleSweep(db, documentKey, now)
      return { ok: true }
    },
  }
}

async function isUnchanged(
  db: SqlDatabase,
  documentKey: string,
  expected: { manifestId: string; lockVersion: number },
): Promise<boolean> {
  const unchanged = await db.get(
    `SELECT 1 FROM documents WHERE key = :documentKey AND manifest_id = :manifestId
       AND lock_version = :lockVersion`,
    { documentKey, ...expected },
  )
  return unchanged !== undefined
}

async function isTaken(db: SqlDatabase, fileId: string, key: string): Promise<boolean> {
  const sql = 'SELECT 1 FROM documents WHERE file_id = :fileId OR key = :key'
  return (await db.get(sql, { fileId, key })) !== undefined
}

async function insertDocument(db: SqlDatabase, document: NewDocument, now: number): Promise<void> {
  const { fileId, key, name, ownerId, manifestId, size, place, sourceRevision } = document
  await db.run(
    `INSERT INTO documents
       (file_id, key, name, owner_id, manifest_id, sequence_number, size, modified_at,
        reference_version, container_id, source_revision, source_sequence_number)
     VALUES (:fileId, :key, :name, :ownerId, :manifestId, 1, :size, :now,
        0, :containerId, :sourceRevision, :sourceSequenceNumber)`,
    {
      ...{ fileId, key, name, ownerId, manifestId, size, now },
      containerId: place?.containerId ?? null,
      sourceRevision: sourceRevision ?? null,
      sourceSequenceNumber: sourceRevision === undefined ? null : 1,
    },
  )
}

/** Packs that are condemned stay so: their bytes are still to be deleted. */
async function deleteRows(db: SqlDatabase, documentKey: string): Promise<void> {
  await removeName(db, { kind: 'document', id: documentKey })
  // Those that refer to others go before them; the fragments go with their sessions.
  for (const table of ['deliveries', 'activities', 'sessions', 'manifests'])
    await db.run(`DELETE FROM ${table} WHERE document_key = :documentKey`, { documentKey })
  await db.run('DELETE FROM documents WHERE key = :documentKey', { documentKey })
}
