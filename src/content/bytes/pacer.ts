import { performance } from 'node:perf_hooks'
import type { Steps } from '../../protocol/steps.ts'

/** How long work may hold the event loop before others have a turn, in ms. */
export const SLICE_MS = 5
/** How long work that was done counts against its user, in ms. */
const MEMORY_MS = 10_000

/** Clock and turns of an event loop. */
export interface Turns {
  /** In ms. */
  now(): number
  /** Calls `action` after what is waiting in the event loop had its turn. */
  next(action: () => void): void
}

/** Shares the event loop between pieces of long work. */
export interface Pacer {
  /**
   * Runs work in slices of `SLICE_MS`. In each turn of the event loop one slice runs at most, of the
   * user who has had least of late.
   *
   * @throws what the work throws, and the reason of `signal`
   */
  run<Result>(steps: Steps<Result>, userId: string, signal?: AbortSignal): Promise<Result>
  /** Waits for a turn, before work that cannot be cut into steps. */
  turn(userId: string): Promise<void>
}

interface Waiting {
  userId: string
  start: () => void
}

const SYSTEM_TURNS: Turns = { now: () => performance.now(), next: (action) => setImmediate(action) }

/** Creates a pacer; all work of one process should go through the same. */
export function createPacer(turns: Turns = SYSTEM_TURNS): Pacer {
  const waiting: Waiting[] = []
  const used = new Map<string, number>()
  let forgetAt = 0
  let isScheduled = false

  function charge(userId: string, ms: number): void {
    if (turns.now() >= forgetAt) {
      used.clear()
      forgetAt = turns.now() + MEMORY_MS
    }
    used.set(userId, (used.get(userId) ?? 0) + ms)
  }

  function startNext(): void {
    isScheduled = false
    let best = 0
    const usedBy = (index: number) => used.get(waiting[index]?.userId ?? '') ?? 0
    for (let i = 1; i < waiting.length; i++) if (usedBy(i) < usedBy(best)) best = i
    waiting.splice(best, 1)[0]?.start()
    schedule()
  }

  function schedule(): void {
    if (isScheduled || waiting.length === 0) return
    isScheduled = true
    turns.next(startNext)
  }

  function turn(userId: string): Promise<void> {
    return new Promise((resolve) => {
      waiting.push({ userId, start: resolve })
      schedule()
    })
  }

  /** Runs until the slice is over. */
  function slice<Result>(steps: Steps<Result>, userId: string): IteratorResult<void, Result> {
    const start = turns.now()
    try {
      for (;;) {
        const step = steps.next()
        if (step.done || turns.now() - start >= SLICE_MS) return step
      }
    } finally {
      charge(userId, turns.now() - start)
    }
  }

  return {
    turn,
    async run(steps, userId, signal) {
      // Whoever comes while others wait takes its turn behind those who have had less.
      if (waiting.length > 0) await turn(userId)
      for (;;) {
        signal?.throwIfAborted()
        const step = slice(steps, userId)
        if (step.done) return step.value
        await turn(userId)
      }
    },
  }
}

/** The pacer of this process, which has one event loop. */
export const pacer: Pacer = createPacer()
