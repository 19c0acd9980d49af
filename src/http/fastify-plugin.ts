import type { IncomingMessage, ServerResponse } from 'node:http'
import { BOOTSTRAPPER_PATH, WOPI_PATH } from './mount.ts'
import type { NodeListener } from './node-listener.ts'

/** The part of a Fastify instance that the plugin uses. */
export interface FastifyScope {
  /** Where the plugin was registered. */
  readonly prefix: string
  removeAllContentTypeParsers(): void
  addContentTypeParser(
    contentType: string,
    parser: (request: never, payload: never, done: (error: Error | null) => void) => void,
  ): unknown
  all(
    path: string,
    handler: (
      request: { raw: IncomingMessage },
      reply: { raw: ServerResponse; hijack(): unknown },
    ) => void,
  ): unknown
}

/** A plugin for `app.register`. */
export type FastifyPlugin = (scope: FastifyScope, options: { prefix?: string }) => Promise<void>

/**
 * Creates a Fastify plugin. Its content parsers leave bodies alone: Fastify's own would answer
 * uploads with 415 or 413 before the host sees them. The rest of the application keeps its parsers.
 *
 * @throws TypeError when it is registered with a prefix that is not the host's base path
 */
export function createFastifyPlugin(listener: NodeListener, basePath: string): FastifyPlugin {
  return async (scope) => {
    const prefix = routePrefix(scope.prefix, basePath)
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    for (const path of [`${WOPI_PATH}*`, BOOTSTRAPPER_PATH])
      scope.all(`${prefix}${path}`, (request, reply) => {
        reply.hijack()
        listener(request.raw, reply.raw)
      })
  }
}

/** The start of the routes, after the prefix of the scope. */
function routePrefix(prefix: string, basePath: string): string {
  if (prefix === basePath) return ''
  if (prefix === '') return basePath
  throw new TypeError(
    `wopikit is registered with the prefix ${prefix}, but its basePath is ` +
      `${basePath === '' ? 'empty' : basePath}: give createHost({ basePath: '${prefix}' })`,
  )
}
