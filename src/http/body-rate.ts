import { BODY_MIN_BYTES_PER_SECOND, BODY_RATE_WINDOW_MS } from './limits.ts'
import type { Timers } from './timers.ts'

/** Watches how fast a body arrives. It replaces a time-out for whole requests. */
export interface RateWatch {
  /** The consumer waits for the client. */
  waitStarts(): void
  arrived(bytes: number): void
  stop(): void
}

/**
 * Calls `onTooSlow` once when a client sends less than the slowest rate over a window. Time in
 * which the host itself holds the client back does not count.
 */
export function createRateWatch(timers: Timers, onTooSlow: () => void): RateWatch {
  let waitedMs = 0
  let bytes = 0
  let waitingSince: number | undefined
  let stopTimer = timers.after(BODY_RATE_WINDOW_MS, check)

  function endWait(now: number): void {
    if (waitingSince !== undefined) waitedMs += now - waitingSince
  }

  function check(): void {
    const now = timers.now()
    endWait(now)
    if (waitingSince !== undefined) waitingSince = now
    const slow = bytes < (waitedMs / 1000) * BODY_MIN_BYTES_PER_SECOND
    if (waitedMs >= BODY_RATE_WINDOW_MS / 2 && slow) {
      onTooSlow()
      return
    }
    waitedMs = 0
    bytes = 0
    stopTimer = timers.after(BODY_RATE_WINDOW_MS, check)
  }

  return {
    waitStarts() {
      waitingSince = timers.now()
    },
    arrived(count) {
      bytes += count
      if (waitingSince === undefined) return
      endWait(timers.now())
      waitingSince = undefined
    },
    stop: () => stopTimer(),
  }
}
