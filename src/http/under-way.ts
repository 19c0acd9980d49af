import type { Timers } from './timers.ts'

/** Counts the requests in progress. */
export interface UnderWay {
  /** Notes that a request has begun. The result notes, once, that its reply has been sent. */
  begin(): () => void
  /** Resolves with whether all were answered within `graceMs`. */
  ended(graceMs: number): Promise<boolean>
}

export function createUnderWay(timers: Timers): UnderWay {
  let count = 0
  let idle = Promise.withResolvers<void>()

  return {
    begin() {
      count++
      let isOver = false
      return () => {
        if (isOver) return
        isOver = true
        count--
        if (count === 0) {
          idle.resolve()
          idle = Promise.withResolvers()
        }
      }
    },

    async ended(graceMs) {
      if (count === 0) return true
      const late = Promise.withResolvers<boolean>()
      const stopTimer = timers.after(graceMs, () => late.resolve(false))
      const inTime = await Promise.race([idle.promise.then(() => true), late.promise])
      stopTimer()
      return inTime
    },
  }
}
