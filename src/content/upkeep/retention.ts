const DAY_MS = 24 * 60 * 60 * 1000

/** How long things are kept that nobody needs any more. */
export interface Retention {
  /** Former states of a document that are kept. */
  historyStates: number
  /** Age at which a former state goes even so, in ms. */
  historyAgeMs: number
  /**
   * How long a pack that nothing names waits before its bytes go, in ms: longer than any request,
   * and than the window in which a backup of the metadata may be restored.
   */
  garbageDelayMs: number
}

export const DEFAULT_RETENTION: Readonly<Retention> = {
  historyStates: 20,
  historyAgeMs: 30 * DAY_MS,
  garbageDelayMs: DAY_MS,
}
