import type { CaseResult, GroundLost, RunEvent, RunStart, Totals } from '../report.ts'
import { type Cause, causesOf } from './causes.ts'

/** All that a run has told, for reports that can only be written at its end. */
export interface CollectedRun extends Omit<RunStart, 'type'> {
  results: readonly CaseResult[]
  totals: Totals
  durationMs: number
  /** Why the run ended early, when something that all cases need is gone. */
  stopped?: GroundLost
  causes: readonly Cause[]
}

/** The cases of one group, in their order. */
export interface GroupResults extends Totals {
  group: string
  results: readonly CaseResult[]
  durationMs: number
}

/** How many cases were skipped for one reason, in words. */
export interface SkipCount {
  reason: string
  count: number
  notApplicable: boolean
}

/** Gathers the events of a run and hands it over when it is done. */
export function collectRun(finish: (run: CollectedRun) => void): (event: RunEvent) => void {
  let start = { wopiSrc: '', cases: 0, leftOut: 0 }
  const results: CaseResult[] = []
  return (event) => {
    if (event.type === 'start') {
      const { wopiSrc, cases, leftOut } = event
      start = { wopiSrc, cases, leftOut }
    }
    if (event.type === 'end') results.push(event.result)
    if (event.type === 'done') {
      const { totals, durationMs, stopped } = event
      const causes = causesOf(results, stopped)
      finish({ ...start, results, totals, durationMs, causes, ...(stopped && { stopped }) })
    }
  }
}

/** Groups in the order in which they ran. */
export function byGroup(results: readonly CaseResult[]): GroupResults[] {
  const groups = Map.groupBy(results, ({ group }) => group)
  return [...groups].map(([group, own]) => ({
    group,
    results: own,
    ...countVerdicts(own),
    durationMs: own.reduce((sum, { durationMs }) => sum + durationMs, 0),
  }))
}

export function countVerdicts(results: readonly CaseResult[]): Totals {
  const count = (verdict: CaseResult['verdict']) =>
    results.filter((result) => result.verdict === verdict && !result.notApplicable).length
  return { passed: count('pass'), failed: count('fail'), skipped: count('skip') }
}

/** That cases were left out, in words; empty when none was. */
export function leftOutText({ leftOut }: CollectedRun): string {
  if (leftOut === 0) return ''
  const they = leftOut === 1 ? 'it waits' : 'they wait'
  return `${leftOut} left out: ${they} for locks to expire (--delays)`
}

/** How many cases fail for a cause, and which is the first of them. */
export function causeCases({ cases }: Cause): string {
  const [first = ''] = cases
  return cases.length === 1 ? `1 case: ${first}` : `${cases.length} cases, first ${first}`
}

/** That cases did not run, in words; empty when all did. */
export function stoppedText({ results, cases, stopped }: CollectedRun): string {
  if (results.length >= cases) return ''
  const ran = `Stopped after ${results.length} of ${cases} cases`
  return stopped ? `${ran}: the others would fail for the first cause, too.` : `${ran}.`
}

/** Why cases were skipped, the most frequent reason first. */
export function skipCounts(results: readonly CaseResult[]): SkipCount[] {
  const skipped = results.filter(({ verdict }) => verdict === 'skip')
  const reasons = Map.groupBy(skipped, ({ skipReason }) => skipReason ?? 'no reason was given')
  return [...reasons]
    .map(([reason, own]) => ({
      reason,
      count: own.length,
      notApplicable: own.every(({ notApplicable }) => notApplicable),
    }))
    .toSorted((one, other) => other.count - one.count)
}

/** `2 skipped: …`, or that they are about another kind of host. */
export function skipText({ reason, count, notApplicable }: SkipCount): string {
  if (!notApplicable) return `${count} skipped: ${reason}`
  return `${count} ${count === 1 ? 'does' : 'do'} not apply to this host: ${reason}`
}
