import type { SelectedCase } from '../cases/select-cases.ts'
import type { CaseResult, Failure, GroundLost } from '../report.ts'
import type { CaseRun, World } from './case-run.ts'
import { type Ground, lookAtGround } from './ground.ts'
import { missingPower } from './powers.ts'
import { brokenPromise } from './promises.ts'
import { runSteps } from './run-case.ts'
import { cleanResult, showExchange, withoutSecrets } from './show.ts'

/** How a case ended, and the run with it when `lost` says so. */
export interface SelectedEnd {
  result: CaseResult
  /** Whether the host was asked, and the document is there. */
  stands: boolean
  lost?: GroundLost
}

type Ending = Pick<
  CaseResult,
  'verdict' | 'skipReason' | 'notApplicable' | 'failures' | 'exchanges'
>

/**
 * Runs a case with its prerequisites. When something went wrong it looks whether the document is
 * still there; a case in which it is not has failed, whatever its own answers were.
 *
 * @param stood whether the document was there before
 */
export async function runSelected(
  selected: SelectedCase,
  world: World,
  stood: boolean,
): Promise<SelectedEnd> {
  const { group, case: entry } = selected
  const started = world.now()
  const tokens = new Set([world.endpoint.accessToken])
  const { ending, wrong, asked } = await endingOf(selected, world, tokens)
  const ground = wrong ? await groundAfter(selected, world, { tokens, stood }) : undefined
  const result: CaseResult = {
    group: group.name,
    name: entry.name,
    category: entry.category,
    description: entry.description,
    durationMs: world.now() - started,
    ...(ground ? onGround(ending, ground) : ending),
  }
  const lost = ground && 'lost' in ground ? { ...ground.lost, case: entry.name } : undefined
  return {
    result: cleanResult(result, tokens),
    stands: asked && !lost,
    ...(lost && { lost: { ...lost, message: withoutSecrets(lost.message, tokens) } }),
  }
}

/** `wrong`: the host has not done what it should, be it in a prerequisite. */
async function endingOf(
  selected: SelectedCase,
  world: World,
  tokens: Set<string>,
): Promise<{ ending: Ending; wrong: boolean; asked: boolean }> {
  const power = missingPower(selected, world)
  if (power !== undefined) return { ending: skipped(power), wrong: false, asked: false }
  const missing = await missingPrerequisite(selected, world, tokens)
  if (missing) {
    const { reason, wrong } = missing
    const applies = wrong || !selected.group.optional
    return { ending: skipped(reason, applies), wrong, asked: true }
  }
  const run = await runSteps(selected.case, selected.suite, world)
  for (const token of run.tokens) tokens.add(token)
  return { ending: endingOfRun(run, tokens), wrong: run.failures.length > 0, asked: true }
}

function skipped(skipReason: string, applies = true): Ending {
  const ending = { verdict: 'skip', skipReason, failures: [], exchanges: [] } as const
  return applies ? ending : { ...ending, notApplicable: true }
}

function endingOfRun(
  { failures, exchanges, skipReason }: CaseRun,
  tokens: ReadonlySet<string>,
): Ending {
  // A host need not keep a connection open.
  if (failures.length === 0 && skipReason !== undefined) return skipped(skipReason, false)
  if (failures.length === 0) return { verdict: 'pass', failures: [], exchanges: [] }
  return {
    verdict: 'fail',
    failures: failures.map(({ lack: _, ...failure }) => failure),
    exchanges: exchanges.map((entry) => showExchange(entry, tokens)),
  }
}

async function missingPrerequisite(
  { suite, group }: SelectedCase,
  world: World,
  tokens: Set<string>,
): Promise<{ reason: string; wrong: boolean } | undefined> {
  for (const name of group.prerequisites) {
    const prerequisite = suite.prerequisites.find((entry) => entry.name === name)
    if (!prerequisite) return { reason: `${name} is not there`, wrong: false }
    const run = await runSteps(prerequisite, suite, world)
    for (const token of run.tokens) tokens.add(token)
    const [failure] = run.failures
    if (!failure) continue
    return failure.lack
      ? { reason: `${failure.operation} ${failure.lack}`, wrong: false }
      : { reason: `${name}: ${failure.message}`, wrong: true }
  }
  return undefined
}

function groundAfter(
  { case: entry, suite }: SelectedCase,
  world: World,
  { tokens, stood }: { tokens: Set<string>; stood: boolean },
): Promise<Ground> {
  const run = {
    ...world,
    case: entry,
    suite,
    state: new Map(),
    failures: [],
    exchanges: [],
    tokens,
  }
  return lookAtGround(run, stood)
}

/** The ending in the light of what CheckFileInfo says now. */
function onGround(ending: Ending, ground: Ground): Ending {
  const { failures } = ending
  if ('info' in ground)
    return { ...ending, failures: failures.map((failure) => withPromise(failure, ground.info)) }
  const lost: Failure = { message: ground.lost.message, operation: 'CheckFileInfo' }
  return { verdict: 'fail', failures: [lost, ...failures], exchanges: ending.exchanges }
}

function withPromise(failure: Failure, info: Readonly<Record<string, unknown>>): Failure {
  const promise = brokenPromise(failure, info)
  return promise === undefined ? failure : { ...failure, promise }
}
