import type { Case, Step, Suite } from '../cases/case.ts'
import { LAST_CLEANUP_MAX_MS } from '../limits.ts'
import { CaseError } from '../requests/case-error.ts'
import { type CaseRun, nameOf, type Run, type World } from './case-run.ts'
import { exchange, exchangePipelined } from './exchange.ts'
import { sendAll, takeAtOnce } from './take-at-once.ts'
import { takePipelined, takeRequest } from './take-request.ts'

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
      if (run.failures.length > 0 || run.skipReason !== undefined) break
    }
  } finally {
    // Also when it was aborted: a lock that stays behind would spoil the next run.
    const signal = run.signal?.aborted ? AbortSignal.timeout(LAST_CLEANUP_MAX_MS) : undefined
    for (const step of entry.cleanup) await cleanUp(step, { ...run, signal })
  }
  const { failures, exchanges, tokens, skipReason } = run
  return { failures, exchanges, tokens, ...(skipReason !== undefined && { skipReason }) }
}

async function takeStep(step: Step, run: Run): Promise<void> {
  run.signal?.throwIfAborted()
  try {
    if (step.operation === 'Delay') await run.sleep(step.seconds * SECOND_MS, run.signal)
    else if (step.operation === 'AtOnce') await takeAtOnce(step, run)
    else if (step.operation === 'Pipelined') await takePipelined(step, run)
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
    else if (step.operation === 'Pipelined') await exchangePipelined(step.requests, run)
    else await exchange(step, run)
  } catch (error) {
    // It may need a value that a failed request would have given.
    if (!(error instanceof CaseError)) throw error
  }
}
