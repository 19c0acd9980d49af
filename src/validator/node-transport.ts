import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { HeaderLine, HttpRequest, HttpResponse, Send } from './http-message.ts'
import { RESPONSE_MAX_BYTES, RESPONSE_TIMEOUT_MS } from './limits.ts'

/**
 * Sends over `node:http`: unlike fetch it adds no header of its own but Host, Connection and
 * Content-Length, and does not decompress.
 *
 * @param options.timeoutMs for the whole exchange
 * @param options.maxBytes largest body of an answer
 */
export function createNodeSend(options: { timeoutMs?: number; maxBytes?: number } = {}): Send {
  const { timeoutMs = RESPONSE_TIMEOUT_MS, maxBytes = RESPONSE_MAX_BYTES } = options
  return async (request, signal) => {
    const timeout = AbortSignal.timeout(timeoutMs)
    const ended = signal ? AbortSignal.any([signal, timeout]) : timeout
    try {
      return await readAnswer(await exchange(request, ended), maxBytes)
    } catch (error) {
      if (timeout.aborted) throw new Error(`No whole answer within ${timeoutMs} ms`)
      throw error
    }
  }
}

function exchange(request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const { method, body, headers } = request
  const url = new URL(request.url)
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { method, signal, agent: false })
    outgoing.on('response', resolve)
    outgoing.on('error', reject)
    try {
      for (const [name, value] of headers) outgoing.appendHeader(name, value)
      if (method !== 'GET') outgoing.setHeader('Content-Length', body?.length ?? 0)
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
