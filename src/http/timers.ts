/** The clock and the alarm of the HTTP layer; tests bring their own. */
export interface Timers {
  /** Monotonic time, in ms. */
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
