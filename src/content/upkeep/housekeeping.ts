import type { Log } from '../../ports/log.ts'
import type { Sweeper } from './sweep.ts'

/** Time between two sweeps, in ms. */
const SWEEP_INTERVAL_MS = 60_000
/** Longest time of one sweep before it pauses for requests, in ms. */
const SWEEP_BUDGET_MS = 5_000
/** Pause before the next sweep after one that could not finish, in ms. */
const SWEEP_PAUSE_MS = 5_000

/** Sweeps regularly while the process runs. Never keeps the process alive. */
export interface Housekeeping {
  start(): void
  /** Ends the housekeeping after the running sweep. */
  close(): Promise<void>
}

export function createHousekeeping(sweeper: Sweeper, log: Log): Housekeeping {
  const stopped = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let sweeping: Promise<void> | undefined

  function schedule(delayMs: number): void {
    if (stopped.signal.aborted) return
    timer = setTimeout(() => {
      sweeping = sweepOnce()
    }, delayMs)
    timer.unref()
  }

  async function sweepOnce(): Promise<void> {
    let more = false
    try {
      const report = await sweeper.sweep({ budgetMs: SWEEP_BUDGET_MS, signal: stopped.signal })
      more = report.more
      log.debug({ ...report }, 'sweep')
    } catch (error) {
      log.error({ err: error }, 'The sweep failed; the host tries it again')
    }
    schedule(more ? SWEEP_PAUSE_MS : SWEEP_INTERVAL_MS)
  }

  return {
    start() {
      if (timer === undefined) schedule(SWEEP_INTERVAL_MS)
    },
    async close() {
      stopped.abort()
      clearTimeout(timer)
      await sweeping
    },
  }
}
