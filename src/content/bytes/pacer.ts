import { performance } from 'node:perf_hooks'
import type { Steps } from '../../protocol/steps.ts'

/** How long work may block the event loop before other work gets a turn, in ms. */
export const SLICE_MS = 5
/** How long past work counts against its user, in ms. */
const MEMORY_MS = 10_000

/** Clock and turns of an event loop. */
export interface Turns {
  /** In ms. */
  now(): number
  /** Calls `action` after everything that waits in the event loop now. */
  next(action: () => void): void
}

/** Divides the event loop fairly among long work. */
export interface Pacer {
  /**
   * Runs work in slices of `SLICE_MS`. Each turn of the event loop runs at most one slice, for the
   * user with the least recent work.
   *
   * @throws what the work throws; the reason of `signal` when it aborts
   */
  run<Result>(steps: Steps<Result>, userId: string, signal?: AbortSignal): Promise<Result>
  /** Waits for a turn, before work that cannot be split into steps. */
  turn(userId: string): Promise<void>
}

interface Waiting {
  userId: string
  since: number
  start: () => void
}

const SYSTEM_TURNS: Turns = { now: () => performance.now(), next: (action) => setImmediate(action) }

/** Creates a pacer. All work of one process should share one pacer. */
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
    // Time that was waited counts against time that was used, so that nobody waits for ever.
    const rank = ({ userId, since }: Waiting) => (used.get(userId) ?? 0) + since
    for (const [i, one] of waiting.entries())
      if (rank(one) < rank(waiting[best] as Waiting)) best = i
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
      waiting.push({ userId, since: turns.now(), start: resolve })
      schedule()
    })
  }

  /** Runs one slice of the work. */
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
    turn(userId) {
      // What follows cannot be measured here.
      charge(userId, SLICE_MS)
      return turn(userId)
    },
    async run(steps, userId, signal) {
      // New work queues behind users who have had less.
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

/** The pacer of this process: there is one event loop. */
export const pacer: Pacer = createPacer()
