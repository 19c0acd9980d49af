import type {
  DeliveryRecord,
  DeliveryStore,
  WaitingDeliveryRecord,
} from '../../ports/metadata/deliveries.ts'

/** Most documents of which the last failure is remembered, and which are tried again at once. */
const DOCUMENTS_MAX = 10_000

/** A save that the application has not taken yet. */
export interface WaitingDelivery {
  fileId: string
  /** As in `SavedDocument`. */
  saveId: string
  version: number
  userId: string
  baseRevision: string
  /** In ms since 1970 UTC. */
  savedAt: number
  /** How many attempts have begun. */
  attempts: number
  /** In ms since 1970 UTC; while somebody is at it, when another process may take it on. */
  nextAttemptAt: number
  /** Whether this process is at it. */
  isUnderWay: boolean
  /** Why the last attempt of this process failed; left out when it has made none. */
  lastError?: unknown
}

/** Deliveries that this process is at. */
interface UnderWay {
  has(documentKey: string): boolean
}

/** The last failure of each document's oldest save; of this process only. */
export interface Failures {
  note(failure: { delivery: DeliveryRecord; error: unknown }): void
  of(record: DeliveryRecord): { lastError?: unknown }
}

export function createFailures(): Failures {
  const last = new Map<string, { saveId: string; error: unknown }>()
  return {
    note({ delivery, error }) {
      last.delete(delivery.documentKey)
      last.set(delivery.documentKey, { saveId: delivery.manifestId, error })
      const [oldest] = last.keys()
      if (last.size > DOCUMENTS_MAX && oldest !== undefined) last.delete(oldest)
    },
    of({ documentKey, manifestId }) {
      const failure = last.get(documentKey)
      return failure?.saveId === manifestId ? { lastError: failure.error } : {}
    },
  }
}

/** Lists what waits, soonest due first. */
export async function listWaiting(
  metadata: DeliveryStore,
  { limit, attempts, failures }: { limit: number; attempts: UnderWay; failures: Failures },
): Promise<WaitingDelivery[]> {
  const records = await metadata.listWaitingDeliveries(limit)
  return records.map((record) => {
    const isUnderWay = attempts.has(record.documentKey)
    return waitingDelivery(record, { isUnderWay, ...failures.of(record) })
  })
}

/**
 * Makes the waiting saves of a document, or of all documents, due at once.
 *
 * @returns the number of saves
 */
export async function retryNow(
  metadata: DeliveryStore,
  { fileId, attempts }: { fileId: string | undefined; attempts: UnderWay },
): Promise<number> {
  let count = 0
  for (const record of await metadata.listWaitingDeliveries(DOCUMENTS_MAX)) {
    if (fileId !== undefined && record.fileId !== fileId) continue
    if (attempts.has(record.documentKey)) continue
    if ((await metadata.deferDelivery(record, 0)).ok) count++
  }
  return count
}

function waitingDelivery(
  { fileId, manifestId, sequenceNumber, userId, baseRevision, ...record }: WaitingDeliveryRecord,
  known: Pick<WaitingDelivery, 'isUnderWay' | 'lastError'>,
): WaitingDelivery {
  const { savedAt, attempts, dueAt: nextAttemptAt } = record
  const save = { fileId, saveId: manifestId, version: sequenceNumber, userId, baseRevision }
  return { ...save, savedAt, attempts, nextAttemptAt, ...known }
}
