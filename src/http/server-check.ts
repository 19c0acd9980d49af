import type { IncomingMessage, Server } from 'node:http'
import type { Log } from '../ports/log.ts'
import type { NodeListener } from './node-listener.ts'

/** Adds to a listener: warnings, once each, about servers and routers that are set up wrongly. */
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
  /** The path that it is mounted under. */
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
    'This server cuts uploads that take longer than its requestTimeout: call host.configureServer(server)',
  )
}

function checkRouter({ baseUrl }: RoutedRequest, basePath: string, log: Log): void {
  if (baseUrl === basePath || baseUrl === '') return
  log.warn(
    { mountedUnder: baseUrl, basePath },
    'The host is mounted under a path that is not its basePath, so no request reaches it: ' +
      'give createHost that basePath',
  )
}
