import type { Handler } from '../host/handle.ts'
import type { OpenedBytes } from '../ports/blob-store.ts'
import type { HostReply, HostRequest } from '../ports/exchange.ts'
import type { Log } from '../ports/log.ts'
import { WopiError } from '../protocol/errors.ts'
import { ownTarget } from './mount.ts'
import { logBrokenReply, shutdownReply } from './node-listener.ts'
import { type Recorder, type RequestRecord, startRecord } from './request-record.ts'
import { WITHOUT_BODY } from './send-reply.ts'
import { systemTimers, type Timers } from './timers.ts'

/** A handler of the Fetch API, as Hono, Deno, Bun and edge runtimes take it. */
export type FetchHandler = (request: Request) => Promise<Response>

export interface FetchHandlerOptions {
  /** Answers requests; never rejects. */
  handler: Handler
  /** Path under which the host is mounted, without a trailing slash (default: none). */
  basePath?: string
  log: Log
  /** Receives the record of every request, once the request is over. */
  onRequest?: (record: RequestRecord) => void
  /** Whether the host is closing; new requests then get 503. */
  closing?: () => boolean
  timers?: Timers
  /**
   * Called when a request begins. The function that it returns is called when the reply has been
   * sent.
   */
  begin?: () => () => void
}

/**
 * Creates a Fetch handler. The surrounding server decides what happens to slow clients, and to
 * bodies that were refused before their end.
 */
export function createFetchHandler(options: FetchHandlerOptions): FetchHandler {
  const { handler, basePath = '', onRequest, timers = systemTimers } = options
  return async (request) => {
    const url = new URL(request.url)
    const full = url.pathname + url.search
    const body = requestBody(request)
    const hostRequest = fetchRequest(request, ownTarget(full, basePath) ?? full, body)
    const record = onRequest && startRecord(onRequest, hostRequest, timers.now)
    const end = options.begin?.()
    const over = (aborted: boolean) => {
      record?.over({ bytesIn: body.received, aborted })
      end?.()
    }
    const reply = options.closing?.() ? shutdownReply() : await handler(hostRequest)
    record?.answered(reply)
    const isGone = () => request.signal.aborted
    const last = options.closing?.() ? asLast(reply) : reply
    return respond(last, { record, over, isGone, request: hostRequest, log: options.log })
  }
}

/** Servers that obey this header, such as Node's, end the connection after the reply. */
function asLast(reply: HostReply): HostReply {
  return { ...reply, headers: { ...reply.headers, Connection: 'close' } }
}

function fetchRequest(request: Request, target: string, body: HostRequest['body']): HostRequest {
  const length = request.headers.get('Content-Length')
  return {
    method: request.method,
    target,
    header: (name) => request.headers.get(name) || undefined,
    contentLength: length === null ? undefined : Number(length),
    body,
    signal: request.signal,
  }
}

/** The body of a Fetch request, checked against the announced length. */
function requestBody(request: Request): AsyncIterable<Uint8Array> & { received: number } {
  return {
    received: 0,
    async *[Symbol.asyncIterator]() {
      if (request.bodyUsed) throw consumedBefore()
      if (!request.body) return
      const reader = request.body.getReader()
      try {
        for (;;) {
          const { done, value } = await reader.read().catch((cause) => {
            throw broken(cause)
          })
          if (done) break
          this.received += value.length
          yield value
        }
        checkLength(request, this.received)
      } finally {
        reader.cancel().catch(() => {})
      }
    },
  }
}

function checkLength(request: Request, received: number): void {
  const announced = request.headers.get('Content-Length')
  if (announced !== null && Number(announced) !== received) throw broken()
}

interface Ending {
  record: Recorder | undefined
  over(aborted: boolean): void
  isGone(): boolean
  request: HostRequest
  log: Log
}

function respond(reply: HostReply, ending: Ending): Response {
  const { status, headers, body } = reply
  if (body === undefined || body instanceof Uint8Array) {
    ending.record?.sent(body?.length ?? 0)
    ending.over(false)
    if (WITHOUT_BODY.has(status)) return new Response(null, { status, headers })
    const length = body?.length ?? reply.contentLength ?? 0
    const bytes = (body ?? new Uint8Array(0)).slice()
    return new Response(bytes, { status, headers: withLength(headers, length) })
  }
  const stream = openedStream({ ...reply, body }, ending)
  return new Response(stream, { status, headers: withLength(headers, reply.contentLength) })
}

function withLength(headers: HostReply['headers'], length: number | undefined) {
  return { ...headers, ...(length !== undefined && { 'Content-Length': String(length) }) }
}

/** A web stream over opened bytes. It disposes them when it ends or is cancelled. */
function openedStream(
  { body: opened, contentLength: length, brokenOff }: HostReply & { body: OpenedBytes },
  { record, over, isGone, request, log }: Ending,
): ReadableStream<Uint8Array> {
  const bytes = opened[Symbol.asyncIterator]()
  let sent = 0
  async function finish(aborted: boolean) {
    over(aborted)
    await opened[Symbol.asyncDispose]()
  }
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const breakOff = () => {
          controller.error(brokenOff?.reason)
          finish(true).catch((error) =>
            log.error({ err: error }, 'The body of a reply could not be closed'),
          )
        }
        brokenOff?.addEventListener('abort', breakOff, { once: true })
      },

      async pull(controller) {
        try {
          const { done, value } = await bytes.next()
          if (!done) {
            sent += value.length
            record?.sent(value.length)
            // The stream keeps the bytes, while a store may use their memory again: copy them.
            return controller.enqueue(new Uint8Array(value))
          }
          if (length !== undefined && sent !== length)
            throw new Error(`The reply's body has ${sent} bytes; ${length} were announced`)
          await finish(false)
          controller.close()
        } catch (error) {
          logBrokenReply(log, error, { isGone: isGone(), request })
          controller.error(error)
          await finish(true)
        }
      },
      cancel: () => finish(true),
    },
    { highWaterMark: 0 },
  )
}

function consumedBefore(): WopiError {
  return new WopiError('BODY_CONSUMED', {
    detail: 'Something before wopikit has read the request body: pass the request on unread',
  })
}

function broken(cause?: unknown): WopiError {
  return new WopiError('BODY_INVALID', {
    detail: 'The connection broke before the end of the body',
    cause,
  })
}
