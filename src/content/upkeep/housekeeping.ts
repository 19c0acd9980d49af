import type { Log } from '../../ports/log.ts'
import type { Sweeper } from './sweep.ts'

/** Time between two sweeps, in ms. */
const SWEEP_INTERVAL_MS = 60_000
/** Time that one sweep may take before it lets requests have the machine again, in ms. */
const SWEEP_BUDGET_MS = 5_000
/** Pause before the next sweep when one could not finish, in ms. */
const SWEEP_PAUSE_MS = 5_000

/** Sweeps now and then, as long as the process runs; never keeps it alive. */
export interface Housekeeping {
  start(): void
  /** Ends it; a sweep under way is finished first. */
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
      log.error({ err: error }, 'The sweep failed; it will be tried again')
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
