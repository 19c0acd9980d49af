import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Handler } from '../host/handle.ts'
import { loggedPath, loggedText } from '../host/logged.ts'
import type { HostReply, HostRequest } from '../ports/exchange.ts'
import type { Log } from '../ports/log.ts'
import { WopiError } from '../protocol/errors.ts'
import { HEADERS } from '../protocol/names.ts'
import { askForBody } from './expect-continue.ts'
import { watchHalfOpen } from './half-open.ts'
import { IncomingBody } from './incoming-body.ts'
import { originForm, ownTarget } from './mount.ts'
import { contentLengthOf, headerOf, nodeRequest } from './node-request.ts'
import { type RequestRecord, startRecord } from './request-record.ts'
import { sendReply } from './send-reply.ts'
import { systemTimers, type Timers } from './timers.ts'
import { createTurns } from './turns.ts'

/** A listener of `node:http`, which is a middleware of Express and Connect as well. */
export type NodeListener = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void

export interface NodeListenerOptions {
  /** Answers requests; never rejects. */
  handler: Handler
  /** Path under which the host is mounted, without a trailing slash (default: none). */
  basePath?: string
  log: Log
  /** Receives the record of every request, once the request is over. */
  onRequest?: (record: RequestRecord) => void
  /** Whether the host is closing; new requests then get 503, and connections end. */
  closing?: () => boolean
  timers?: Timers
  /**
   * Called when a request begins. The function that it returns is called when the reply has been
   * sent.
   */
  begin?: () => () => void
}

/** What Express adds to a request. */
interface ExpressRequest extends IncomingMessage {
  /** The address before the router cut off its own path. */
  originalUrl?: string
}

/**
 * Creates a listener that answers requests below `basePath`. It passes all others to `next`, or
 * answers them with 404 when there is no `next`.
 */
export function createNodeListener(options: NodeListenerOptions): NodeListener {
  const { basePath = '', log } = options
  const takeTurns = createTurns()
  return (request: ExpressRequest, response, next) => {
    const url = originForm(request.originalUrl ?? request.url ?? '')
    const target = ownTarget(url, basePath)
    if (target === undefined && next) return next()
    const over = options.begin?.()
    const answered = takeTurns(request, () => answer(request, response, target ?? url, options))
    answered.finally(over).catch((error) => {
      const header = (name: string) => headerOf(request.headers, name)
      const about = { method: request.method ?? '', target: target ?? url, header }
      logBrokenReply(log, error, { isGone: response.destroyed, request: about })
      response.destroy()
    })
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
  options: NodeListenerOptions,
): Promise<void> {
  const { handler, onRequest, timers = systemTimers, closing = () => false } = options
  const body = new IncomingBody(request, {
    expected: contentLengthOf(request),
    askForBody: () => askForBody(request),
    timers,
  })
  const hostRequest = nodeRequest(request, response, { target, body })
  const record = onRequest && startRecord(onRequest, hostRequest, timers.now)
  watchHalfOpen(request, response, timers)
  response.once('close', () => {
    record?.over({ bytesIn: body.received, aborted: !response.writableFinished })
  })
  const reply = closing() ? shutdownReply() : await handler(hostRequest)
  record?.answered(reply)
  const onSent = (bytes: number) => record?.sent(bytes)
  const exchange = { request, response, body, timers, onSent }
  await sendReply(reply, exchange, { lastOnConnection: closing() })
}

/**
 * Logs why a reply broke off. When the client is gone or too slow, its reads end with an error, but
 * the host has no fault.
 */
export function logBrokenReply(
  log: Log,
  error: unknown,
  {
    isGone,
    request,
  }: { isGone: boolean; request: Pick<HostRequest, 'method' | 'target' | 'header'> },
): void {
  const fields = {
    method: request.method,
    override: loggedText(request.header(HEADERS.override)),
    path: loggedPath(request.target),
    correlationId: loggedText(request.header(HEADERS.correlationId)),
  }
  if (isGone && error instanceof Error && error.name === 'AbortError')
    log.debug(fields, 'The client left before its reply was sent')
  else if (error instanceof WopiError)
    log.info({ ...fields, reason: error.message }, 'The host broke a reply off')
  else log.error({ ...fields, err: error }, 'A reply broke off')
}

/** The reply to requests that arrive while the host is closing. */
export function shutdownReply(): HostReply {
  const { status, message, code } = new WopiError('SHUTTING_DOWN')
  return { status, headers: { [HEADERS.failureReason]: message, [HEADERS.failureCode]: code } }
}
