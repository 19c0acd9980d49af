import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HostRequest } from '../ports/exchange.ts'
import type { IncomingBody } from './incoming-body.ts'

/** A `node:http` request as the host sees it. */
export function nodeRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { target, body }: { target: string; body: IncomingBody },
): HostRequest {
  const { headers } = request
  let gone: AbortController | undefined
  return {
    method: request.method ?? '',
    target,
    header: (name) => headerOf(headers, name),
    contentLength: contentLengthOf(request),
    body,
    get signal() {
      gone ??= abortWhenGone(response)
      return gone.signal
    },
  }
}

/** What Content-Length says, in bytes; Node has checked that it is a number. */
export function contentLengthOf({ headers }: IncomingMessage): number | undefined {
  const text = headers['content-length']
  return text === undefined ? undefined : Number(text)
}

/** The value of a header, by its name in any case; an empty one counts as absent. */
export function headerOf(headers: IncomingMessage['headers'], name: string): string | undefined {
  const value = headers[name.toLowerCase()]
  return (Array.isArray(value) ? value.join(', ') : value) || undefined
}

function abortWhenGone(response: ServerResponse): AbortController {
  const gone = new AbortController()
  if (response.destroyed) gone.abort()
  else
    response.once('close', () => {
      if (!response.writableFinished) gone.abort()
    })
  return gone
}
