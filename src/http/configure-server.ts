import type { IncomingMessage, Server } from 'node:http'
import { askForBody, holdBody } from './expect-continue.ts'
import { HEADERS_MAX_BYTES, HEADERS_TIMEOUT_MS, KEEP_ALIVE_TIMEOUT_MS } from './limits.ts'

/** The settings of a `node:http` or `node:https` server that `configureServer` changes. */
export type ConfigurableServer = Pick<
  Server,
  'requestTimeout' | 'headersTimeout' | 'keepAliveTimeout' | 'timeout' | 'on' | 'listenerCount'
>

/** Node reads this for each connection, although its types do not have it. */
interface UntypedSettings {
  maxHeaderSize?: number
  /** Whether a client that ends its side of a connection still gets its replies. */
  httpAllowHalfOpen?: boolean
}

/**
 * Gives a server limits that suit WOPI: long uploads, long headers, and a minimum rate that cuts
 * slow clients. When a client waits before it sends a body (`Expect: 100-continue`), the host asks
 * for the body only when an operation reads it, so that a refusal costs no upload.
 *
 * @throws TypeError when `server` is something else, such as an Express application
 * @param isOwn whether the host answers this request; for all others the server asks at once, as
 *   Node does
 */
export function configureServer(
  server: ConfigurableServer & UntypedSettings,
  isOwn: (request: IncomingMessage) => boolean,
): void {
  if (typeof server.requestTimeout !== 'number')
    throw new TypeError(
      'configureServer needs a server of node:http, such as the result of app.listen()',
    )
  server.requestTimeout = 0
  server.timeout = 0
  server.headersTimeout = HEADERS_TIMEOUT_MS
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS
  server.maxHeaderSize = HEADERS_MAX_BYTES
  server.httpAllowHalfOpen = true
  if (server.listenerCount('checkContinue') > 0) return
  server.on('checkContinue', (request, response) => {
    holdBody(request, response)
    if (!isOwn(request)) askForBody(request)
    ;(server as Server).emit('request', request, response)
  })
}
