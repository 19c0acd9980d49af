import type { RunEvent, Totals } from '../validator/report.ts'
import { count } from '../validator/run/run-cases.ts'
import type { Stop } from './validate-stop.ts'

/**
 * Passes on the events of a run until it ends or is stopped. After a stop, the totals count the
 * cases that had ended before.
 */
export async function followRun(
  events: AsyncIterable<RunEvent>,
  tell: (event: RunEvent) => void,
  stop: Stop,
): Promise<Totals> {
  const totals: Totals = { passed: 0, failed: 0, skipped: 0 }
  const startedAt = performance.now()
  try {
    for await (const event of events) {
      // The result of an interrupted case means nothing.
      if (stop.exitCode !== undefined && event.type !== 'start') break
      tell(event)
      if (event.type === 'done') return event.totals
      if (event.type === 'end') count(event.result, totals)
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error
  }
  tell({ type: 'done', totals, durationMs: performance.now() - startedAt })
  return totals
}
