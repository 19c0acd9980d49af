import { HEADERS, type OVERRIDES } from '../protocol/names.ts'
import { networkFailure, refusedBy, WopiClientError } from './errors.ts'
import { createPageWalls } from './page-walls.ts'
import {
  DEFAULT_RETRY,
  type RetryEvent,
  type RetryPolicy,
  sleep,
  type Timers,
  withRetry,
} from './retry.ts'

/** How to reach one document; everything from `fetch` on has a default. */
export interface ConnectionOptions {
  /** The document's WOPISrc: the address of its files endpoint. */
  wopiSrc: string
  /** May be left out when `wopiSrc` carries it as `access_token`. */
  accessToken?: string | undefined
  fetch?: typeof fetch | undefined
  retry?: Partial<RetryPolicy> | undefined
  /** Called before each wait for another try. */
  onRetry?: ((event: RetryEvent) => void) | undefined
  /** @internal Resolves after `ms`; rejects with the signal's reason when it aborts. */
  sleep?: ((ms: number, signal?: AbortSignal) => Promise<void>) | undefined
  /** @internal From 0 to 1, the end excluded. */
  random?: (() => number) | undefined
}

/** One request of a WOPI operation. */
export interface OperationRequest {
  /** As the protocol names it, for errors. */
  operation: string
  method?: 'GET' | 'POST'
  override?: (typeof OVERRIDES)[keyof typeof OVERRIDES]
  /** `/contents` for the operations on the contents endpoint. */
  path?: '' | '/contents'
  headers?: Record<string, string>
  body?: Uint8Array | Blob
  signal?: AbortSignal | undefined
}

/** Sends requests to one document. */
export interface Transport {
  readonly timers: Timers
  /**
   * Sends a request and hands the reply, whose status is 200, to `read`; tries again with backoff
   * when the connection breaks or the host is in trouble, also while `read` runs.
   *
   * @throws WopiClientError; the signal's reason when it aborts
   */
  call<T>(request: OperationRequest, read: (reply: Response) => T | Promise<T>): Promise<T>
}

/**
 * Splits the token off an address that carries one as `access_token`, and a slash off its end.
 *
 * @example
 * ```ts
 * import { splitWopiSrc } from 'wopikit/client'
 *
 * const parts = splitWopiSrc('https://docs.example.com/wopi/files/report?access_token=secret')
 *
 * assert.deepEqual(parts, {
 *   wopiSrc: 'https://docs.example.com/wopi/files/report',
 *   accessToken: 'secret',
 * })
 * ```
 */
export function splitWopiSrc(address: string): { wopiSrc: string; accessToken?: string } {
  const url = new URL(address)
  const accessToken = url.searchParams.get('access_token')
  url.searchParams.delete('access_token')
  url.pathname = url.pathname.replace(/\/+$/, '')
  url.hash = ''
  return accessToken ? { wopiSrc: url.href, accessToken } : { wopiSrc: url.href }
}

export function createTransport(options: ConnectionOptions): Transport {
  const addressOf = addresses(options)
  const fetchReply = options.fetch ?? globalThis.fetch.bind(globalThis)
  const walls = createPageWalls(addressOf(''), fetchReply)
  const timers: Timers = {
    retry: { ...DEFAULT_RETRY, ...options.retry },
    sleep: options.sleep ?? sleep,
    random: options.random ?? Math.random,
    onRetry: options.onRetry,
  }

  async function send(request: OperationRequest): Promise<Response> {
    const address = addressOf(request.path ?? '')
    const answer = fetchReply(address, requestInit(request))
    const reply = await received(request, answer).catch(async (error: unknown) => {
      // An abort by the caller is no failure of the network.
      if (!(error instanceof WopiClientError)) throw error
      throw (await walls.explain(request.operation, error)) ?? error
    })
    walls.passed(request.operation)
    if (reply.status === 200) return reply
    await discard(reply)
    throw refusedBy(request.operation, reply)
  }

  return {
    timers,
    call: (request, read) =>
      withRetry(async () => read(await send(request)), timers, request.signal),
  }
}

/** The whole body of a reply, for those that are small. */
export async function readWhole(
  reply: Response,
  request: OperationRequest,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await received(request, reply.arrayBuffer()))
}

/** The body of a reply as it arrives. Leaving the loop early closes the connection. */
export async function* readPieces(
  reply: Response,
  request: OperationRequest,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const reader = reply.body?.getReader()
  if (!reader) return
  try {
    for (;;) {
      const { done, value } = await received(request, reader.read())
      if (done) return
      yield value
    }
  } finally {
    reader.cancel().catch(ignore)
  }
}

/** Makes what broke a connection a failure of the network; an abort by the caller stays what it is. */
async function received<T>(request: OperationRequest, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    request.signal?.throwIfAborted()
    throw networkFailure(request.operation, error)
  }
}

function addresses(options: ConnectionOptions): (path: string) => string {
  const { wopiSrc, accessToken: carried } = splitWopiSrc(options.wopiSrc)
  const accessToken = options.accessToken ?? carried
  if (!accessToken) throw new TypeError('An access token is needed: accessToken, or in wopiSrc')
  return (path) => {
    const url = new URL(wopiSrc)
    url.pathname += path
    url.searchParams.set('access_token', accessToken)
    return url.href
  }
}

function requestInit({ method = 'POST', override, headers, body, signal }: OperationRequest) {
  const init: RequestInit = {
    method,
    headers: { ...(override && { [HEADERS.override]: override }), ...headers },
    cache: 'no-store',
    // The token in the address must not travel on to somewhere else.
    redirect: 'manual',
    referrerPolicy: 'no-referrer',
  }
  if (body) init.body = body as BodyInit
  if (signal) init.signal = signal
  return init
}

/** Reads a refusal's body so that the connection can be used again; its status is what counts. */
async function discard(reply: Response): Promise<void> {
  await reply.arrayBuffer().catch(ignore)
}

function ignore(): void {}
