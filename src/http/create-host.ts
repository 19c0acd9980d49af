import type { IncomingMessage, Server } from 'node:http'
import type { Admin } from '../host/admin.ts'
import { type BudgetStats, createCore, type SweepReport } from '../host/core.ts'
import type { Documents } from '../host/documents.ts'
import { createHostDeliveries, type HostDeliveries } from '../host/waiting-deliveries.ts'
import { checkHostOptions } from './check-options.ts'
import { configureServer } from './configure-server.ts'
import { CONSOLE_LOG } from './console-log.ts'
import { checkOrigins, withCors } from './cors.ts'
import { createFastifyPlugin, type FastifyPlugin } from './fastify-plugin.ts'
import { createFetchHandler, type FetchHandler } from './fetch-handler.ts'
import type { HostOptions } from './host-options.ts'
import { checkBasePath, checkPublicUrl, originForm, ownTarget } from './mount.ts'
import { createNodeListener, type NodeListener } from './node-listener.ts'
import { warnOnce } from './server-check.ts'
import { systemTimers } from './timers.ts'
import { createUnderWay } from './under-way.ts'

/** A WOPI host, ready to be mounted. Creating it starts nothing. */
export interface Host {
  /** For `node:http`, Express and Connect; mount it before any body parser. */
  node: NodeListener
  /** For servers that speak the Fetch interface. */
  fetch: FetchHandler
  /**
   * For Fastify: `app.register(host.fastify)`, with `{ prefix: basePath }` if there is a base path.
   */
  fastify: FastifyPlugin
  /** The WOPISrc of a file. */
  wopiSrc(fileId: string): string
  /** Sets the time-outs and header limits of a server that uploads and WOPI's headers need. */
  configureServer(server: Server): void
  /** What the application itself can do with documents. */
  documents: Documents
  /** @internal Administration of the stores: add, list, verify, cancel. */
  admin: Admin
  /** Saves that wait for the application that keeps the documents. */
  deliveries: HostDeliveries
  /** Use of the memory that all requests share, for metrics. */
  memory(): BudgetStats
  /**
   * Starts the housekeeping, which removes dead sessions and bytes that nothing needs, and the
   * deliveries of saves to an application that keeps its documents itself.
   */
  start(): void
  /** Does the housekeeping now, for about `budgetMs`. */
  sweep(options: { budgetMs: number; signal?: AbortSignal }): Promise<SweepReport>
  /**
   * Ends the host. It answers new requests with 503 and ends their connections, and finishes
   * requests in progress within `graceMs` (default: 8,000). It also finishes a sweep in progress,
   * and a delivery that takes no more than five seconds. Close the stores after that.
   */
  close(options?: { graceMs?: number }): Promise<void>
}

/** How long `close` waits for requests in progress, in ms. */
const CLOSE_GRACE_MS = 8000

/**
 * Creates a host over an application's stores and its `Access`.
 *
 * @throws TypeError when an option is missing, unknown or of another kind, `publicUrl` is no http(s)
 *   URL, `basePath` no path, `corsOrigins` no origins, or `signIn` has an address that clients would cut
 *
 * @example
 * ```ts
 * import { createHost } from 'wopikit'
 * import { createFileBlobStore } from 'wopikit/file'
 * import { createSqliteMetadataStore } from 'wopikit/sqlite'
 *
 * const metadata = createSqliteMetadataStore({ path: `${folder}/wopikit.db` })
 * const host = createHost({
 *   publicUrl: 'https://docs.example.com',
 *   metadata,
 *   blobs: createFileBlobStore({ directory: `${folder}/blobs` }),
 *   access: {
 *     async authenticate(token) {
 *       if (token !== 'secret') return undefined
 *       const permissions = new Set(['read', 'write'] as const)
 *       return { userId: 'alice', displayName: 'Alice', permissions, expiresAt: 0 }
 *     },
 *   },
 * })
 * const reply = await host.fetch(new Request(`${host.wopiSrc('report')}?access_token=secret`))
 *
 * assert.equal(reply.status, 404) // there is no such document yet
 * await host.close()
 * await metadata.close()
 * ```
 */
export function createHost(options: HostOptions): Host {
  checkHostOptions(options)
  const { log = CONSOLE_LOG, onRequest, timers = systemTimers, corsOrigins = [] } = options
  const publicUrl = checkPublicUrl(options.publicUrl)
  const basePath = checkBasePath(options.basePath ?? '')
  const { handler, housekeeping, sweeper, documents, admin, memory, deliveries } = createCore({
    ...options,
    log,
    baseUrl: `${publicUrl}${basePath}`,
  })
  let closing = false
  const underWay = createUnderWay(timers)
  const mount = {
    handler: withCors(handler, checkOrigins(corsOrigins)),
    basePath,
    log,
    closing: () => closing,
    ...(onRequest && { onRequest }),
    timers,
    begin: underWay.begin,
  }
  const node = warnOnce(createNodeListener(mount), { log, basePath })

  return {
    node,
    fetch: createFetchHandler(mount),
    fastify: createFastifyPlugin(node, basePath),
    wopiSrc: (fileId) => `${publicUrl}${basePath}/wopi/files/${fileId}`,
    configureServer: (server) => configureServer(server, isBelow(basePath)),
    documents,
    admin,
    deliveries: createHostDeliveries(deliveries),
    memory,
    start() {
      housekeeping.start()
      deliveries?.start()
    },
    sweep: (budget) => sweeper.sweep(budget),
    async close({ graceMs = CLOSE_GRACE_MS } = {}) {
      closing = true
      const [isIdle] = await Promise.all([
        underWay.ended(graceMs),
        housekeeping.close(),
        deliveries?.close(),
      ])
      if (!isIdle)
        log.warn(
          { graceMs },
          'The host closed before some requests were answered: they will fail. Raise graceMs to wait longer',
        )
    },
  }
}

function isBelow(basePath: string): (request: IncomingMessage) => boolean {
  return ({ url = '' }) => ownTarget(originForm(url), basePath) !== undefined
}
