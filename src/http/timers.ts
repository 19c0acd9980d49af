/** The clock and the alarm that the HTTP layer uses; tests bring their own. */
export interface Timers {
  /** Milliseconds that only ever grow. */
  now(): number
  /** Calls `act` once after `ms`; the result stops it. */
  after(ms: number, act: () => void): () => void
}

export const systemTimers: Timers = {
  now: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms)
    return () => clearTimeout(timer)
  },
}
