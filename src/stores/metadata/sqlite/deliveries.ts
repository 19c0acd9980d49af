import type { Commit, DeliveryRecord } from '../../../ports/metadata-store.ts'
import type { Commands } from '../commands.ts'
import type { Database } from './database.ts'

type DeliveryCommands = Commands<
  'listDeliveries' | 'settleDelivery' | 'takeDelivery' | 'deferDelivery'
>

/** The commands about saves that an application is still to be told of. */
export function deliveryCommands(db: Database): DeliveryCommands {
  return {
    listDeliveries(now, limit) {
      const deliveries = db.all<DeliveryRecord>(
        `SELECT document_key AS documentKey, file_id AS fileId,
           deliveries.manifest_id AS manifestId, deliveries.sequence_number AS sequenceNumber,
           user_id AS userId, source_revision AS baseRevision, saved_at AS savedAt, attempts
         FROM deliveries JOIN documents ON key = document_key
         WHERE due_at <= :now ORDER BY due_at, document_key LIMIT :limit`,
        { now, limit },
      )
      const next = db.get<{ at: number }>(
        'SELECT due_at AS at FROM deliveries WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1',
      )
      return { deliveries, nextAt: next?.at, now }
    },

    settleDelivery(now, documentKey, sequenceNumber, revision) {
      const settled = db.run(
        `DELETE FROM deliveries WHERE document_key = :documentKey
           AND sequence_number = :sequenceNumber AND due_at IS NOT NULL`,
        { documentKey, sequenceNumber },
      )
      if (settled === 0) return { ok: false }
      setSource(db, { documentKey, revision, sequenceNumber })
      wakeOldest(db, documentKey, now)
      return { ok: true }
    },

    takeDelivery(now, { documentKey, sequenceNumber, attempts }, leaseMs) {
      const taken = db.run(
        `UPDATE deliveries SET due_at = :until, attempts = attempts + 1
         WHERE document_key = :documentKey AND sequence_number = :sequenceNumber
           AND attempts = :attempts AND due_at <= :now`,
        { documentKey, sequenceNumber, attempts, now, until: now + leaseMs },
      )
      return { ok: taken > 0 }
    },

    deferDelivery(now, { documentKey, sequenceNumber, attempts }, delayMs) {
      const changed = db.run(
        `UPDATE deliveries SET due_at = :dueAt
         WHERE document_key = :documentKey AND sequence_number = :sequenceNumber
           AND attempts = :attempts AND due_at IS NOT NULL`,
        { documentKey, sequenceNumber, attempts, dueAt: now + delayMs },
      )
      return { ok: changed === 1 }
    },
  }
}

/** Notes a save that is to be delivered, now or after those of the document that wait already. */
export function addDelivery(db: Database, commit: Commit, now: number): void {
  const { documentKey, sequenceNumber, manifestId, userId } = commit
  db.run(
    `INSERT INTO deliveries
       (document_key, sequence_number, manifest_id, user_id, saved_at, due_at)
     VALUES (:documentKey, :sequenceNumber, :manifestId, :userId, :now,
       iif(EXISTS (SELECT 1 FROM deliveries WHERE document_key = :documentKey), NULL, :now))`,
    { documentKey, sequenceNumber, manifestId, userId, now },
  )
}

/** Notes the revision that an application has, and which sequence number it has here. */
export function setSource(
  db: Database,
  source: { documentKey: string; revision: string; sequenceNumber: number },
): void {
  db.run(
    `UPDATE documents SET source_revision = :revision, source_sequence_number = :sequenceNumber
     WHERE key = :documentKey`,
    source,
  )
}

function wakeOldest(db: Database, documentKey: string, now: number): void {
  db.run(
    `UPDATE deliveries SET due_at = :now WHERE document_key = :documentKey AND sequence_number =
       (SELECT min(sequence_number) FROM deliveries WHERE document_key = :documentKey)`,
    { documentKey, now },
  )
}
