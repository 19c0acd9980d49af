import type { SaveCause } from '../../protocol/save-cause.ts'

/** Saves that the application has to receive, for documents that it keeps itself. */
export interface DeliveryStore {
  /**
   * Saves that the application has not received yet: the oldest one of each document, if it is due.
   * The one that has been due longest comes first.
   */
  listDeliveries(limit: number): Promise<ListedDeliveries>

  /** The oldest save of each document, due or not; soonest due first. */
  listWaitingDeliveries(limit: number): Promise<WaitingDeliveryRecord[]>

  /**
   * Notes that the application has received a save, as this revision. The next save of the document
   * is due at once.
   *
   * @returns `false` when this save is no longer the oldest one that waits
   */
  settleDelivery(
    documentKey: string,
    sequenceNumber: number,
    revision: string,
  ): Promise<{ ok: boolean }>

  /**
   * Reserves a listed save for one attempt, and counts the attempt. For `leaseMs`, no list shows it
   * to another process.
   *
   * @returns `false` when it is no longer the oldest one that waits, or somebody has taken it since
   */
  takeDelivery(listed: DeliveryAttempt, leaseMs: number): Promise<{ ok: boolean }>

  /**
   * Postpones the oldest save that waits: it is due again in `delayMs`, even if its lease runs
   * longer.
   *
   * @returns `false` when it is no longer the oldest one, or somebody has taken it since; nothing
   *   has changed then
   */
  deferDelivery(taken: DeliveryAttempt, delayMs: number): Promise<{ ok: boolean }>
}

export interface ListedDeliveries {
  deliveries: DeliveryRecord[]
  /**
   * When the next save of all that wait is due, which may be in the past; `undefined` when none
   * waits.
   */
  nextAt: number | undefined
  now: number
}

/** A save that the application has not received yet. */
export interface DeliveryRecord {
  documentKey: string
  fileId: string
  manifestId: string
  sequenceNumber: number
  userId: string
  /** The revision that the application had when it received the previous save. */
  baseRevision: string
  savedAt: number
  /** What the client has said of the save; left out when it said nothing. */
  cause?: SaveCause
  /** How many attempts have begun already. */
  attempts: number
}

/** A save that waits, and when it is tried next. */
export interface WaitingDeliveryRecord extends DeliveryRecord {
  /** In ms since 1970 UTC; while somebody is at it, when others may take it on. */
  dueAt: number
}

/** One attempt at a delivery. */
export type DeliveryAttempt = Pick<DeliveryRecord, 'documentKey' | 'sequenceNumber' | 'attempts'>
