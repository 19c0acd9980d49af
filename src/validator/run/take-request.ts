import type { Pipelined } from '../cases/case.ts'
import { clauseFor } from '../cases/clauses.ts'
import type { Request } from '../cases/request.ts'
import { checkAnswer } from '../checks/check-answer.ts'
import type { Problem } from '../checks/check-context.ts'
import { save } from '../requests/state.ts'
import type { CaseRun, Run } from './case-run.ts'
import { exchange, exchangePipelined } from './exchange.ts'
import type { Exchange } from './show.ts'

/** Sends a request and checks its answer. @throws CaseError */
export async function takeRequest(request: Request, run: Run): Promise<void> {
  await judge(request, await exchange(request, run), run)
}

/** Sends requests on one connection and checks the answers in order. @throws CaseError */
export async function takePipelined({ requests }: Pipelined, run: Run): Promise<void> {
  const done = await exchangePipelined(requests, run)
  for (const [at, one] of done.entries()) {
    await judge(requests[at] as Request, one, run)
    if (run.failures.length > 0) return
  }
  if (done.length < requests.length)
    run.skipReason = `the host closes a connection after ${done.length} of ${requests.length} requests`
}

async function judge(request: Request, done: Exchange, run: Run): Promise<void> {
  run.exchanges.push(done)
  const { operation, answer } = done
  if ('error' in answer) {
    run.failures.push({ message: `No answer: ${answer.error}`, operation })
    return
  }
  const { response } = answer
  const context = { ...run, method: done.request.method }
  const problems = await checkAnswer(response, request.validators, context)
  save(run.state, request.save ?? [], response)
  const { status } = response
  for (const problem of problems) run.failures.push(failureOf(problem, { operation, status }, run))
}

function failureOf(
  { message, lack, validator, clause }: Problem,
  origin: { operation: string; status: number },
  { case: entry }: Run,
): CaseRun['failures'][0] {
  const broken = clause ?? entry.clause ?? (validator && clauseFor(origin.operation, validator))
  return {
    message,
    ...origin,
    ...(lack !== undefined && { lack }),
    ...(broken && { clause: broken }),
  }
}
