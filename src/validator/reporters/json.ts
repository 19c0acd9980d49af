import type { RunEvent } from '../report.ts'
import { collectRun } from './collected-run.ts'
import { visible } from './shown-text.ts'

/** Writes one JSON document when the run is done: `{wopiSrc, cases, leftOut, totals, durationMs, stopped,
 * causes, results}`. */
export function createJsonReporter(write: (text: string) => void): (event: RunEvent) => void {
  return collectRun(({ wopiSrc, cases, leftOut, totals, durationMs, stopped, causes, results }) => {
    const run = { wopiSrc, cases, leftOut, totals, durationMs, stopped, causes, results }
    const json = JSON.stringify(run, null, 2)
    write(`${visible(json)}\n`)
  })
}
