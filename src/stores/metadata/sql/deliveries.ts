import type { DeliveryStore, WaitingDeliveryRecord } from '../../../ports/metadata/deliveries.ts'
import type { Commit } from '../../../ports/metadata/documents.ts'
import { type WithCauseText, withCause } from './causes.ts'
import type { Commands } from './commands.ts'
import type { SqlDatabase } from './database.ts'

type DeliveryCommands = Commands<keyof DeliveryStore>

const SELECT_DELIVERIES = `SELECT deliveries.document_key, file_id, deliveries.manifest_id,
    deliveries.sequence_number, user_id, source_revision AS base_revision, saved_at, attempts, cause,
    due_at
  FROM deliveries JOIN documents ON key = deliveries.document_key
  LEFT JOIN save_causes ON save_causes.document_key = deliveries.document_key
    AND save_causes.manifest_id = deliveries.manifest_id`

/** The commands about saves that an application has not received yet. */
export function deliveryCommands(db: SqlDatabase): DeliveryCommands {
  return {
    async listDeliveries(now, limit) {
      const rows = await db.all<WithCauseText<WaitingDeliveryRecord>>(
        `${SELECT_DELIVERIES} WHERE due_at <= :now ORDER BY due_at, deliveries.document_key LIMIT :limit`,
        { now, limit },
      )
      const next = await db.get<{ dueAt: number }>(
        'SELECT due_at FROM deliveries WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1',
      )
      const deliveries = rows.map((row) => {
        const { dueAt: _, ...delivery } = withCause(row)
        return delivery
      })
      return { deliveries, nextAt: next?.dueAt, now }
    },

    async listWaitingDeliveries(_now, limit) {
      const rows = await db.all<WithCauseText<WaitingDeliveryRecord>>(
        `${SELECT_DELIVERIES} WHERE due_at IS NOT NULL
         ORDER BY due_at, deliveries.document_key LIMIT :limit`,
        { limit },
      )
      return rows.map(withCause)
    },

    async settleDelivery(now, documentKey, sequenceNumber, revision) {
      const settled = await db.run(
        `DELETE FROM deliveries WHERE document_key = :documentKey
           AND sequence_number = :sequenceNumber AND due_at IS NOT NULL`,
        { documentKey, sequenceNumber },
      )
      if (settled === 0) return { ok: false }
      await setSource(db, { documentKey, revision, sequenceNumber })
      await wakeOldest(db, documentKey, now)
      return { ok: true }
    },

    async takeDelivery(now, { documentKey, sequenceNumber, attempts }, leaseMs) {
      const taken = await db.run(
        `UPDATE deliveries SET due_at = :until, attempts = attempts + 1
         WHERE document_key = :documentKey AND sequence_number = :sequenceNumber
           AND attempts = :attempts AND due_at <= :now`,
        { documentKey, sequenceNumber, attempts, now, until: now + leaseMs },
      )
      return { ok: taken > 0 }
    },

    async deferDelivery(now, { documentKey, sequenceNumber, attempts }, delayMs) {
      const changed = await db.run(
        `UPDATE deliveries SET due_at = :dueAt
         WHERE document_key = :documentKey AND sequence_number = :sequenceNumber
           AND attempts = :attempts AND due_at IS NOT NULL`,
        { documentKey, sequenceNumber, attempts, dueAt: now + delayMs },
      )
      return { ok: changed === 1 }
    },
  }
}

/** Adds a save to deliver: now, or after those of the document that wait already. */
export async function addDelivery(db: SqlDatabase, commit: Commit, now: number): Promise<void> {
  const { documentKey, sequenceNumber, manifestId, userId } = commit
  await db.run(
    `INSERT INTO deliveries
       (document_key, sequence_number, manifest_id, user_id, saved_at, due_at)
     VALUES (:documentKey, :sequenceNumber, :manifestId, :userId, :now,
       CASE WHEN EXISTS (SELECT 1 FROM deliveries WHERE document_key = :documentKey)
         THEN NULL ELSE :now END)`,
    { documentKey, sequenceNumber, manifestId, userId, now },
  )
}

/** Notes the revision that an application has, and which sequence number it has here. */
export async function setSource(
  db: SqlDatabase,
  source: { documentKey: string; revision: string; sequenceNumber: number },
): Promise<void> {
  await db.run(
    `UPDATE documents SET source_revision = :revision, source_sequence_number = :sequenceNumber
     WHERE key = :documentKey`,
    source,
  )
}

async function wakeOldest(db: SqlDatabase, documentKey: string, now: number): Promise<void> {
  await db.run(
    `UPDATE deliveries SET due_at = :now WHERE document_key = :documentKey AND sequence_number =
       (SELECT min(sequence_number) FROM deliveries WHERE document_key = :documentKey)`,
    { documentKey, now },
  )
}
