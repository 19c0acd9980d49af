import type { IncomingMessage, Server } from 'node:http'
import type { Admin } from '../host/admin.ts'
import { type BudgetStats, type CoreOptions, createCore, type SweepReport } from '../host/core.ts'
import type { Documents } from '../host/documents.ts'
import type { Log } from '../ports/log.ts'
import { configureServer } from './configure-server.ts'
import { createFastifyPlugin, type FastifyPlugin } from './fastify-plugin.ts'
import { createFetchHandler, type FetchHandler } from './fetch-handler.ts'
import { checkBasePath, checkPublicUrl, originForm, ownTarget } from './mount.ts'
import { createNodeListener, type NodeListener } from './node-listener.ts'
import type { RequestRecord } from './request-record.ts'
import { warnOnce } from './server-check.ts'
import type { Timers } from './timers.ts'

/** What a host is made of, and where it is mounted. Closing the stores is the application's. */
export interface HostOptions extends CoreOptions {
  /** What clients put before `basePath`: scheme, host and port, such as `https://docs.example.com`. */
  publicUrl: string
  /** Path that the host is mounted under, such as `/office` (default: none). WOPI's own paths follow it. */
  basePath?: string
  /** Told of every request when it is over, for logs and metrics. */
  onRequest?: (record: RequestRecord) => void
  /** @internal Clock and alarms of the HTTP layer, in tests. */
  timers?: Timers
}

/** A WOPI host, ready to be mounted. Creating it starts nothing. */
export interface Host {
  /** For `node:http`, Express and Connect; mount it before any body parser. */
  node: NodeListener
  /** For servers that speak the Fetch interface. */
  fetch: FetchHandler
  /** For Fastify: `app.register(host.fastify)`, with `{ prefix: basePath }` where there is one. */
  fastify: FastifyPlugin
  /** The WOPISrc of a file. */
  wopiSrc(fileId: string): string
  /** Gives a server the time-outs and header limits that uploads and WOPI's headers need. */
  configureServer(server: Server): void
  /** What the application itself does with documents, beside its clients. */
  documents: Documents
  /** @internal What those who run the host do with its stores: add, list, verify, cancel. */
  admin: Admin
  /** How the memory is used that all requests share, for metrics. */
  memory(): BudgetStats
  /**
   * Starts the housekeeping, which removes dead sessions and bytes that nobody needs, and the
   * deliveries of saves to an application that keeps its documents itself.
   */
  start(): void
  /** Does the housekeeping at once, for about `budgetMs`. */
  sweep(options: { budgetMs: number; signal?: AbortSignal }): Promise<SweepReport>
  /**
   * Ends the housekeeping and the deliveries; a sweep under way is finished first, and so is a
   * delivery if it takes no more than five seconds. From now on new requests are answered 503, and
   * connections end after the requests that are on them.
   */
  close(): Promise<void>
}

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} }

/**
 * Creates a host over an application's own stores and rights.
 *
 * @throws TypeError when `publicUrl` is no http(s) URL, `basePath` no path, or `signIn` has an address
 *   that clients would cut
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
  const { log = SILENT, onRequest, timers } = options
  const publicUrl = checkPublicUrl(options.publicUrl)
  const basePath = checkBasePath(options.basePath ?? '')
  const { handler, housekeeping, sweeper, documents, admin, memory, deliveries } = createCore({
    ...options,
    log,
    baseUrl: `${publicUrl}${basePath}`,
  })
  let closing = false
  const mount = {
    handler,
    basePath,
    log,
    closing: () => closing,
    ...(onRequest && { onRequest }),
    ...(timers && { timers }),
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
    memory,
    start() {
      housekeeping.start()
      deliveries?.start()
    },
    sweep: (budget) => sweeper.sweep(budget),
    async close() {
      closing = true
      await Promise.all([housekeeping.close(), deliveries?.close()])
    },
  }
}

function isBelow(basePath: string): (request: IncomingMessage) => boolean {
  return ({ url = '' }) => ownTarget(originForm(url), basePath) !== undefined
}
