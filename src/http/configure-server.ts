import type { IncomingMessage, Server } from 'node:http'
import { askForBody, holdBody } from './expect-continue.ts'
import { HEADERS_MAX_BYTES, HEADERS_TIMEOUT_MS, KEEP_ALIVE_TIMEOUT_MS } from './limits.ts'

/** The settings of a server of `node:http` or `node:https` that matter here. */
export type ConfigurableServer = Pick<
  Server,
  'requestTimeout' | 'headersTimeout' | 'keepAliveTimeout' | 'timeout' | 'on' | 'listenerCount'
>

/** What Node reads with each connection although its types do not have it. */
interface UntypedSettings {
  maxHeaderSize?: number
  /** Whether a client that ends its side gets the reply to what it has sent. */
  httpAllowHalfOpen?: boolean
}

/**
 * Gives a server the limits that suit WOPI: long uploads, long headers, slow clients cut by their
 * rate. A client that waits to be asked for its body (`Expect: 100-continue`) is asked when the body
 * is wanted, so that a refusal costs no upload.
 *
 * @throws TypeError when it is no server, such as an Express application
 * @param isOwn whether the host answers this request; all others are asked for at once, as by Node
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
