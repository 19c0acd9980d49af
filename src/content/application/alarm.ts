/** Calls `act` once after `ms`; the result stops it. The process ends before, unless it is `awaited`. */
export type Alarm = (ms: number, act: () => void, options?: { awaited: boolean }) => () => void

/** Rings by the system's timers. */
export const systemAlarm: Alarm = (ms, act, { awaited } = { awaited: false }) => {
  const timer = setTimeout(act, ms)
  if (!awaited) timer.unref()
  return () => clearTimeout(timer)
}
