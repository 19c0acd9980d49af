import type { Suite } from '../cases/case.ts'
import { type Selection, selectCases } from '../cases/select-cases.ts'
import type { CaseResult, GroundLost, RunEvent, Totals, Verdict } from '../report.ts'
import type { World } from './case-run.ts'
import { runSelected } from './run-selected.ts'
import { withoutSecrets } from './show.ts'

export interface RunOptions extends World {
  suites: readonly Suite[]
  selection?: Selection
  /** Runs the cases that wait for locks to expire, too; else they are left out. */
  delays?: boolean
  /** Ends the run after the first failure. */
  bail?: boolean
}

/**
 * Runs cases one after the other and tells what happens. Every case runs the prerequisites of its
 * group first; one that fails makes it a skip. The run ends early when what all cases need is gone:
 * the host, the document, or the right to see it. `done` tells totals of 0 when nothing was selected.
 *
 * @throws CasesError before the first event when the selection names what is not there; the reason
 *   of `signal` when it aborts
 */
export async function* runCases(options: RunOptions): AsyncGenerator<RunEvent, void, undefined> {
  const chosen = selectCases(options.suites, options.selection ?? {})
  const selected = options.delays ? chosen : chosen.filter((entry) => !entry.case.hasDelay)
  const { endpoint, now } = options
  const started = now()
  const totals: Totals = { passed: 0, failed: 0, skipped: 0 }
  const wopiSrc = withoutSecrets(endpoint.wopiSrc, new Set([endpoint.accessToken]))
  const leftOut = chosen.length - selected.length
  yield { type: 'start', wopiSrc, cases: selected.length, leftOut }
  let stopped: GroundLost | undefined
  let stood = false
  for (const [index, entry] of selected.entries()) {
    yield { type: 'begin', group: entry.group.name, name: entry.case.name, index }
    const { result, lost, stands } = await runSelected(entry, options, stood)
    count(result, totals)
    yield { type: 'end', result, index }
    stopped = lost
    stood ||= stands
    if (stopped || (options.bail && result.verdict === 'fail')) break
  }
  yield { type: 'done', totals, durationMs: now() - started, ...(stopped && { stopped }) }
}

const COUNTERS: Record<Verdict, keyof Totals> = { pass: 'passed', fail: 'failed', skip: 'skipped' }

/** Adds a case to the counts of a run. */
export function count({ verdict, notApplicable }: CaseResult, totals: Totals): void {
  if (!notApplicable) totals[COUNTERS[verdict]] += 1
}
