import { validateHeaderName, validateHeaderValue } from 'node:http'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { HttpRequest, HttpResponse } from './http-message.ts'
import { readAnswers } from './node-answers.ts'

/**
 * Writes requests to one connection without waiting for answers, then reads the answers; fewer when
 * the host closes the connection between two of them.
 *
 * @param maxBytes largest body of an answer
 */
export async function sendOnOneConnection(
  requests: readonly HttpRequest[],
  maxBytes: number,
  signal: AbortSignal,
): Promise<HttpResponse[]> {
  const [first] = requests
  if (!first) return []
  const bytes = Buffer.concat(requests.map(encode))
  const socket = open(new URL(first.url))
  const abort = () => socket.destroy(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    signal.throwIfAborted()
    socket.write(bytes)
    const methods = requests.map(({ method }) => method)
    return await readAnswers(socket, methods, maxBytes)
  } finally {
    signal.removeEventListener('abort', abort)
    socket.destroy()
  }
}

function open({ protocol, hostname, port }: URL): Socket {
  // An address of version 6 stands in brackets in a URL only.
  const host = hostname.replace(/^\[|\]$/g, '')
  return protocol === 'https:'
    ? connectTls({ host, port: Number(port || 443), servername: host })
    : connect({ host, port: Number(port || 80) })
}

function encode({ method, url, headers, body, absoluteForm }: HttpRequest): Buffer {
  const { host, href, pathname, search } = new URL(url)
  const lines = [`${method} ${absoluteForm ? href : pathname + search} HTTP/1.1`, `Host: ${host}`]
  for (const [name, value] of headers) {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    lines.push(`${name}: ${value}`)
  }
  if (method !== 'GET' && method !== 'HEAD') lines.push(`Content-Length: ${body?.length ?? 0}`)
  return Buffer.concat([
    Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'),
    body ?? new Uint8Array(0),
  ])
}
