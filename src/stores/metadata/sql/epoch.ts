import type { EpochStore, StoreEpoch } from '../../../ports/metadata/epoch.ts'
import type { Commands } from './commands.ts'
import type { SqlDatabase } from './database.ts'

/** The commands about the store as a whole. */
export function epochCommands(db: SqlDatabase): Commands<keyof EpochStore> {
  return {
    async readEpoch() {
      const row = await db.get<Omit<StoreEpoch, 'hasDocuments'> & { anyDocument: string | null }>(
        'SELECT identity, epoch, (SELECT min(file_id) FROM documents) AS any_document FROM store',
      )
      if (row === undefined) throw new Error('The metadata store has lost its identity')
      const { anyDocument, ...epoch } = row
      return { ...epoch, hasDocuments: anyDocument !== null }
    },

    async raiseEpoch(_now, { identity, above }) {
      const row = await db.get<{ epoch: number }>(
        `UPDATE store SET identity = :identity,
           epoch = 1 + CASE WHEN epoch < :above THEN :above ELSE epoch END
         RETURNING epoch`,
        { identity, above },
      )
      if (row === undefined) throw new Error('The metadata store has lost its identity')
      return row.epoch
    },
  }
}

/** The epoch of a judgement: larger than any that the writer of a judged pack can have read. */
export async function nextEpoch(db: SqlDatabase): Promise<number> {
  const sql = 'UPDATE store SET epoch = epoch + 1 RETURNING epoch'
  return (await db.get<{ epoch: number }>(sql))?.epoch ?? 0
}
