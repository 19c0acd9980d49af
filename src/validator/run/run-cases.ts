import type { Suite } from '../cases/case.ts'
import { type SelectedCase, type Selection, selectCases } from '../cases/select-cases.ts'
import type { CaseResult, RunEvent, Totals, Verdict } from '../report.ts'
import type { CaseRun, World } from './case-run.ts'
import { missingPower } from './powers.ts'
import { runSteps } from './run-case.ts'
import { cleanResult, showExchange, withoutSecrets } from './show.ts'

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
 * group first; one that fails makes it a skip. `done` tells totals of 0 when nothing was selected.
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
  for (const [index, entry] of selected.entries()) {
    yield { type: 'begin', group: entry.group.name, name: entry.case.name, index }
    const result = await runSelected(entry, options)
    totals[COUNTERS[result.verdict]] += 1
    yield { type: 'end', result, index }
    if (options.bail && result.verdict === 'fail') break
  }
  yield { type: 'done', totals, durationMs: now() - started }
}

const COUNTERS: Record<Verdict, keyof Totals> = { pass: 'passed', fail: 'failed', skip: 'skipped' }

async function runSelected(selected: SelectedCase, options: RunOptions): Promise<CaseResult> {
  const { group, case: entry } = selected
  const started = options.now()
  const outcome = await outcomeOf(selected, options)
  const result: CaseResult = {
    group: group.name,
    name: entry.name,
    category: entry.category,
    description: entry.description,
    durationMs: options.now() - started,
    ...outcome.result,
  }
  return cleanResult(result, outcome.tokens)
}

type Ending = Pick<CaseResult, 'verdict' | 'skipReason' | 'failures' | 'exchanges'>

async function outcomeOf(
  selected: SelectedCase,
  options: RunOptions,
): Promise<{ result: Ending; tokens: ReadonlySet<string> }> {
  const { suite, case: entry } = selected
  const tokens = new Set([options.endpoint.accessToken])
  const reason =
    missingPower(selected, options) ?? (await missingPrerequisite(selected, options, tokens))
  if (reason !== undefined) return { result: skipped(reason), tokens }
  const run = await runSteps(entry, suite, options)
  for (const token of run.tokens) tokens.add(token)
  return { result: endingOf(run, tokens), tokens }
}

function skipped(skipReason: string): Ending {
  return { verdict: 'skip', skipReason, failures: [], exchanges: [] }
}

function endingOf(
  { failures, exchanges, skipReason }: CaseRun,
  tokens: ReadonlySet<string>,
): Ending {
  if (failures.length === 0 && skipReason !== undefined) return skipped(skipReason)
  if (failures.length === 0) return { verdict: 'pass', failures: [], exchanges: [] }
  return {
    verdict: 'fail',
    failures: failures.map(({ lack: _, ...failure }) => failure),
    exchanges: exchanges.map((entry) => showExchange(entry, tokens)),
  }
}

async function missingPrerequisite(
  { suite, group }: SelectedCase,
  options: RunOptions,
  tokens: Set<string>,
): Promise<string | undefined> {
  for (const name of group.prerequisites) {
    const prerequisite = suite.prerequisites.find((entry) => entry.name === name)
    if (!prerequisite) return `${name} is not there`
    const run = await runSteps(prerequisite, suite, options)
    for (const token of run.tokens) tokens.add(token)
    const [failure] = run.failures
    if (!failure) continue
    return failure.lack ? `${failure.operation} ${failure.lack}` : `${name}: ${failure.message}`
  }
  return undefined
}
