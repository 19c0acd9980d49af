import type { RunEvent } from '../report.ts'
import { collectRun } from './collected-run.ts'

/** Writes one JSON document when the run is done: `{wopiSrc, cases, totals, durationMs, results}`. */
export function createJsonReporter(write: (text: string) => void): (event: RunEvent) => void {
  return collectRun(({ wopiSrc, cases, totals, durationMs, results }) => {
    write(`${JSON.stringify({ wopiSrc, cases, totals, durationMs, results }, null, 2)}\n`)
  })
}
