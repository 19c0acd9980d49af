import type { IncomingMessage, Server } from 'node:http'
import { askForBody, holdBody } from './expect-continue.ts'
import { HEADERS_MAX_BYTES, HEADERS_TIMEOUT_MS, KEEP_ALIVE_TIMEOUT_MS } from './limits.ts'

/** The settings of a server of `node:http` or `node:https` that matter here. */
export type ConfigurableServer = Pick<
  Server,
  'requestTimeout' | 'headersTimeout' | 'keepAliveTimeout' | 'timeout' | 'on' | 'listenerCount'
>

/** Read by Node with each new connection; its types have it as a creation option only. */
interface HeaderLimit {
  maxHeaderSize?: number
}

/**
 * Gives a server the limits that suit WOPI: long uploads, long headers, slow clients cut by their
 * rate. A client that waits to be asked for its body (`Expect: 100-continue`) is asked when the body
 * is wanted, so that a refusal costs no upload.
 *
 * @param isOwn whether the host answers this request; all others are asked for at once, as by Node
 */
export function configureServer(
  server: ConfigurableServer & HeaderLimit,
  isOwn: (request: IncomingMessage) => boolean,
): void {
  server.requestTimeout = 0
  server.timeout = 0
  server.headersTimeout = HEADERS_TIMEOUT_MS
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS
  server.maxHeaderSize = HEADERS_MAX_BYTES
  if (server.listenerCount('checkContinue') > 0) return
  server.on('checkContinue', (request, response) => {
    holdBody(request, response)
    if (!isOwn(request)) askForBody(request)
    ;(server as Server).emit('request', request, response)
  })
}
