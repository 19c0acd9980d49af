import type { Request } from '../cases/request.ts'
import type { HttpRequest, HttpResponse } from '../http-message.ts'
import { buildRequest, type RequestContext } from '../requests/build-request.ts'
import { nameOf, type Run } from './case-run.ts'
import type { Exchange } from './show.ts'

/** Microsoft's validator names itself only to cases of native clients. */
const NATIVE_USER_AGENT = 'Microsoft Office WOPI Validator/1.0'

/** Sends one request. @throws CaseError when it cannot be built */
export async function exchange(request: Request, run: Run): Promise<Exchange> {
  const built = await build(request, run)
  const started = run.now()
  const answer = await answerOf(run.send(built, run.signal), run)
  const durationMs = run.now() - started
  const found = 'error' in answer ? answer : { response: answer.value }
  return { operation: nameOf(request), request: built, answer: found, durationMs }
}

/**
 * Sends requests on one connection; there are fewer exchanges than requests when the host has
 * closed it in between.
 *
 * @throws CaseError when one of them cannot be built
 */
export async function exchangePipelined(
  requests: readonly Request[],
  run: Run,
): Promise<Exchange[]> {
  const { sendPipelined } = run
  if (!sendPipelined) throw new TypeError('sendPipelined is needed')
  const built: HttpRequest[] = []
  for (const request of requests) built.push(await build(request, run))
  const started = run.now()
  const sent = await answerOf(sendPipelined(built, run.signal), run)
  const durationMs = run.now() - started
  const answers: ({ error: string } | { response: HttpResponse })[] =
    'error' in sent ? built.map(() => sent) : sent.value.map((response) => ({ response }))
  return answers.map((answer, at) => ({
    operation: nameOf(requests[at] as Request),
    request: built[at] as HttpRequest,
    answer,
    durationMs,
  }))
}

async function build(request: Request, run: Run): Promise<HttpRequest> {
  const { accessToken, ...built } = await buildRequest(request, contextOf(run))
  run.tokens.add(accessToken)
  return built
}

/** What was sent for, or why it has not come. Rejects when the run is aborted. */
function answerOf<Value>(
  sent: Promise<Value>,
  { signal }: Run,
): Promise<{ value: Value } | { error: string }> {
  return sent
    .then((value) => ({ value }))
    .catch((error: unknown) => {
      signal?.throwIfAborted()
      return { error: error instanceof Error ? error.message : String(error) }
    })
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
