import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type {
  HeaderLine,
  HttpRequest,
  HttpResponse,
  Send,
  SendPipelined,
  Transport,
} from './http-message.ts'
import { RESPONSE_MAX_BYTES, RESPONSE_TIMEOUT_MS } from './limits.ts'
import { sendOnOneConnection } from './node-pipeline.ts'

/** All that a run needs to reach a host, with the limits of {@link createNodeSend}. */
export function createNodeTransport(options: NodeSendOptions = {}): Required<Transport> {
  return {
    send: createNodeSend(options),
    sendPipelined: createNodeSendPipelined(options),
    sendsAbsoluteForm: true,
  }
}

/** Limits of an exchange. */
export interface NodeSendOptions {
  /** For the whole exchange. */
  timeoutMs?: number
  /** Largest body of an answer. */
  maxBytes?: number
}

/**
 * Sends over `node:http`: unlike fetch it adds no header of its own but Host, Connection and
 * Content-Length, and does not decompress.
 */
export function createNodeSend(options: NodeSendOptions = {}): Send {
  const { timeoutMs = RESPONSE_TIMEOUT_MS, maxBytes = RESPONSE_MAX_BYTES } = options
  return (request, signal) =>
    within(timeoutMs, signal, async (ended) => readAnswer(await exchange(request, ended), maxBytes))
}

function createNodeSendPipelined(options: NodeSendOptions): SendPipelined {
  const { timeoutMs = RESPONSE_TIMEOUT_MS, maxBytes = RESPONSE_MAX_BYTES } = options
  return (requests, signal) =>
    within(timeoutMs, signal, (ended) => sendOnOneConnection(requests, maxBytes, ended))
}

async function within<Value>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    return await work(signal ? AbortSignal.any([signal, timeout]) : timeout)
  } catch (error) {
    if (timeout.aborted) throw new Error(`No whole answer within ${timeoutMs} ms`)
    throw error
  }
}

function exchange(request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const { method, body, headers, absoluteForm } = request
  const url = new URL(request.url)
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const path = absoluteForm ? url.href : url.pathname + url.search
    const outgoing = send(url, { method, path, signal, agent: false })
    outgoing.on('response', resolve)
    outgoing.on('error', reject)
    try {
      for (const [name, value] of headers) outgoing.appendHeader(name, value)
      if (method !== 'GET' && method !== 'HEAD')
        outgoing.setHeader('Content-Length', body?.length ?? 0)
      outgoing.end(body)
    } catch (error) {
      outgoing.destroy(error as Error)
    }
  })
}

async function readAnswer(incoming: IncomingMessage, maxBytes: number): Promise<HttpResponse> {
  const parts: Uint8Array[] = []
  let size = 0
  try {
    for await (const part of incoming as AsyncIterable<Uint8Array>) {
      size += part.length
      if (size > maxBytes) throw new Error(`The answer has more than ${maxBytes} bytes`)
      parts.push(part)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error
    throw new Error(`The connection was closed after ${size} bytes of the body`)
  }
  return {
    status: incoming.statusCode ?? 0,
    headers: headerLines(incoming.rawHeaders),
    body: new Uint8Array(Buffer.concat(parts)),
  }
}

/** Names and values take turns in `rawHeaders`. */
function headerLines(raw: readonly string[]): HeaderLine[] {
  return raw.flatMap((name, index) =>
    index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : [],
  )
}
