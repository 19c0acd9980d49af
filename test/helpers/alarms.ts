/** Alarms that ring when a test has moved its clock and says so. */
export interface Alarms {
  after(ms: number, act: () => void): () => void
  /** Rings all that are due by now. */
  ring(): void
  /** Those that are set, as ms from now, soonest first. */
  pending(): number[]
}

export function createAlarms(now: () => number): Alarms {
  const set = new Map<object, { at: number; act: () => void }>()
  return {
    after(ms, act) {
      const key = {}
      set.set(key, { at: now() + ms, act })
      return () => set.delete(key)
    },
    ring() {
      for (const [key, { at, act }] of [...set]) {
        if (at > now() || !set.delete(key)) continue
        act()
      }
    },
    pending: () => [...set.values()].map(({ at }) => at - now()).sort((a, b) => a - b),
  }
}
