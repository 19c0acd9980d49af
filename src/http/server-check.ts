import type { IncomingMessage, Server } from 'node:http'
import type { Log } from '../ports/log.ts'
import type { NodeListener } from './node-listener.ts'

/**
 * Adds warnings to a listener, each given once, about servers and routers that are set up wrongly.
 */
export function warnOnce(
  listener: NodeListener,
  { log, basePath }: { log: Log; basePath: string },
): NodeListener {
  let serverChecked = false
  let routerChecked = false
  return (request, response, next) => {
    if (!serverChecked) {
      serverChecked = true
      checkServer(request, log)
    }
    if (!routerChecked && isRouted(request)) {
      routerChecked = true
      checkRouter(request, basePath, log)
    }
    listener(request, response, next)
  }
}

/** What Express adds to the requests of a router. */
interface RoutedRequest extends IncomingMessage {
  /** The path of the router. */
  baseUrl: string
}

function isRouted(request: IncomingMessage): request is RoutedRequest {
  return typeof (request as Partial<RoutedRequest>).baseUrl === 'string'
}

function checkServer({ socket }: IncomingMessage, log: Log): void {
  const { server } = socket as typeof socket & { server?: Server }
  if (!server?.requestTimeout) return
  log.warn(
    { requestTimeoutMs: server.requestTimeout },
    'This server cuts uploads that take longer than its requestTimeout. Call host.configureServer(server)',
  )
}

function checkRouter({ baseUrl }: RoutedRequest, basePath: string, log: Log): void {
  if (baseUrl === basePath || baseUrl === '') return
  log.warn(
    { mountedUnder: baseUrl, basePath },
    'The path of the mount is not the basePath of the host, so no request reaches the host: ' +
      'give createHost that basePath',
  )
}
