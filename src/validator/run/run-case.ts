import type { AtOnce, Case, Outcome, Step, Suite } from '../cases/case.ts'
import { clauseFor } from '../cases/clauses.ts'
import type { Request } from '../cases/request.ts'
import { checkAnswer } from '../checks/check-answer.ts'
import type { Problem, TimeLimit } from '../checks/check-context.ts'
import type { HttpResponse, Send } from '../http-message.ts'
import { LAST_CLEANUP_MAX_MS } from '../limits.ts'
import type { Failure } from '../report.ts'
import type { Endpoint } from '../requests/addresses.ts'
import { buildRequest, type RequestContext } from '../requests/build-request.ts'
import { CaseError } from '../requests/case-error.ts'
import type { ProofSigner } from '../requests/proof-headers.ts'
import { type State, save } from '../requests/state.ts'
import type { Exchange } from './show.ts'

/** What cases need of the world. */
export interface World {
  endpoint: Endpoint
  send: Send
  proof?: ProofSigner | undefined
  /** In ms since 1970 UTC. */
  now(): number
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  withinTime: TimeLimit
  signal?: AbortSignal | undefined
}

/** How the requests of a case went. */
export interface CaseRun {
  failures: (Failure & { operation: string; lack?: string })[]
  exchanges: Exchange[]
  /** Every access token that was sent. */
  tokens: Set<string>
}

interface Run extends CaseRun, World {
  case: Case
  suite: Suite
  state: State
}

/** Microsoft's validator names itself only to cases of native clients. */
const NATIVE_USER_AGENT = 'Microsoft Office WOPI Validator/1.0'
const SECOND_MS = 1000

/**
 * Takes the steps of a case up to the first that fails, then cleans up; what comes of the cleanup
 * does not matter.
 */
export async function runSteps(entry: Case, suite: Suite, world: World): Promise<CaseRun> {
  const run: Run = {
    ...world,
    case: entry,
    suite,
    state: new Map(),
    failures: [],
    exchanges: [],
    tokens: new Set(),
  }
  try {
    for (const step of entry.requests) {
      await takeStep(step, run)
      if (run.failures.length > 0) break
    }
  } finally {
    // Also when it was aborted: a lock that stays behind would spoil the next run.
    const signal = run.signal?.aborted ? AbortSignal.timeout(LAST_CLEANUP_MAX_MS) : undefined
    for (const step of entry.cleanup) await cleanUp(step, { ...run, signal })
  }
  return { failures: run.failures, exchanges: run.exchanges, tokens: run.tokens }
}

async function takeStep(step: Step, run: Run): Promise<void> {
  run.signal?.throwIfAborted()
  try {
    if (step.operation === 'Delay') await run.sleep(step.seconds * SECOND_MS, run.signal)
    else if (step.operation === 'AtOnce') await takeAtOnce(step, run)
    else await takeRequest(step, run)
  } catch (error) {
    if (!(error instanceof CaseError)) throw error
    run.failures.push({ message: error.message, operation: nameOf(step) })
  }
}

async function cleanUp(step: Step, run: Run): Promise<void> {
  try {
    if (step.operation === 'Delay') await run.sleep(step.seconds * SECOND_MS)
    else if (step.operation === 'AtOnce') await sendAll(step, run)
    else await exchange(step, run)
  } catch (error) {
    // It may need a value that a failed request would have given.
    if (!(error instanceof CaseError)) throw error
  }
}

async function takeRequest(request: Request, run: Run): Promise<void> {
  const done = await exchange(request, run)
  run.exchanges.push(done)
  const operation = nameOf(request)
  if ('error' in done.answer) {
    run.failures.push({ message: `No answer: ${done.answer.error}`, operation })
    return
  }
  const { response } = done.answer
  const problems = await checkAnswer(response, request.validators, run)
  save(run.state, request.save ?? [], response)
  for (const problem of problems) run.failures.push(failureOf(problem, operation, run))
}

async function takeAtOnce(step: AtOnce, run: Run): Promise<void> {
  const done = await sendAll(step, run)
  run.exchanges.push(...done)
  const counts = new Map<Outcome, number>()
  const strays: string[] = []
  for (const { operation, answer } of done) {
    const found = 'error' in answer ? undefined : await outcomeOf(answer.response, step, run)
    if (found) counts.set(found, (counts.get(found) ?? 0) + 1)
    else strays.push(`${operation} ${'error' in answer ? answer.error : answer.response.status}`)
  }
  const message = unbalanced(step.outcomes, counts, strays)
  if (message === undefined) return
  const clause = step.clause ?? run.case.clause
  run.failures.push({ message, operation: 'AtOnce', ...(clause && { clause }) })
}

function sendAll({ requests }: AtOnce, run: Run): Promise<Exchange[]> {
  return Promise.all(requests.map((request) => exchange(request, run)))
}

async function outcomeOf(
  response: HttpResponse,
  { outcomes }: AtOnce,
  run: Run,
): Promise<Outcome | undefined> {
  for (const outcome of outcomes) {
    const problems = await checkAnswer(response, outcome.validators, run)
    if (problems.length === 0) return outcome
  }
  return undefined
}

function unbalanced(
  outcomes: readonly Outcome[],
  counts: ReadonlyMap<Outcome, number>,
  strays: readonly string[],
): string | undefined {
  const wrong = outcomes.some((outcome) => {
    const { min, max } = rangeOf(outcome)
    const count = counts.get(outcome) ?? 0
    return count < min || count > max
  })
  if (!wrong && strays.length === 0) return undefined
  const words = outcomes.map((outcome) => {
    const { min, max } = rangeOf(outcome)
    const expected = min === max ? `${min}` : `${min} to ${max}`
    return `${outcome.name}: expected ${expected}, got ${counts.get(outcome) ?? 0}`
  })
  const others = strays.length > 0 ? [`others: ${strays.join(', ')}`] : []
  return `Of requests at once, ${[...words, ...others].join('; ')}`
}

function rangeOf({ count }: Outcome): { min: number; max: number } {
  return typeof count === 'number' ? { min: count, max: count } : count
}

async function exchange(request: Request, run: Run): Promise<Exchange> {
  const { accessToken, ...built } = await buildRequest(request, contextOf(run))
  run.tokens.add(accessToken)
  const started = run.now()
  const answer = await run
    .send(built, run.signal)
    .then((response) => ({ response }))
    .catch((error: unknown) => {
      run.signal?.throwIfAborted()
      return { error: error instanceof Error ? error.message : String(error) }
    })
  const durationMs = run.now() - started
  return { operation: nameOf(request), request: built, answer, durationMs }
}

function contextOf(run: Run): RequestContext {
  return {
    endpoint: run.endpoint,
    resources: run.suite.resources,
    state: run.state,
    userAgent: run.case.category === 'OfficeNativeClient' ? NATIVE_USER_AGENT : undefined,
    proof: run.proof,
    now: run.now,
  }
}

function failureOf(
  { message, lack, validator, clause }: Problem,
  operation: string,
  { case: entry }: Run,
): CaseRun['failures'][0] {
  const broken = clause ?? entry.clause ?? (validator && clauseFor(operation, validator))
  return {
    message,
    operation,
    ...(lack !== undefined && { lack }),
    ...(broken && { clause: broken }),
  }
}

function nameOf(step: Step): string {
  return step.operation === 'Raw' ? step.name : step.operation
}
