import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Admin, createAdmin } from '../host/admin.ts'
import type { Host } from '../http/create-host.ts'
import { CONNECTIONS_CHECK_MS, HEADERS_MAX_BYTES } from '../http/limits.ts'
import { systemTimers, type Timers } from '../http/timers.ts'
import type { Log } from '../ports/log.ts'
import type { SignedAccess } from './access.ts'
import { publicUrlOf } from './addresses.ts'
import {
  composeHost,
  limitsOf,
  openAccess,
  openStores,
  retentionOf,
  type Stores,
} from './compose.ts'
import type { Config } from './config.ts'
import { ServerError } from './errors.ts'
import { answerHealth, isHealthRequest } from './health.ts'
import { logRequests } from './logging.ts'
import { ensureSample } from './sample.ts'
import { noteServing } from './serving-record.ts'

/** A server that answers requests. */
export interface RunningServer {
  /** What clients put before the base path. */
  url: string
  host: Host
  access: SignedAccess
  admin: Admin
  /** A document to try: the sample, unless it is not there. */
  sampleFileId: string
  /**
   * Stops: takes no more connections, lets the requests that are under way finish within the grace
   * time of the settings, cuts the others, and closes the stores.
   */
  close(): Promise<void>
  /** Cuts all connections at once, also while `close` waits for them. */
  cut(): void
}

export interface ServerDependencies {
  log: Log
  timers?: Timers
  /** The clock, in ms since 1970 UTC. */
  now?: () => number
}

/** How often connections that have become idle are looked for while the server stops, in ms. */
const IDLE_CHECK_MS = 50

/**
 * Starts a server on a data folder. When the promise resolves it answers requests, and the sample
 * document is there.
 *
 * @throws ServerError DATA_UNUSABLE, PORT_TAKEN, ADDRESS_UNUSABLE; nothing stays open then
 */
export async function startServer(
  config: Config,
  { log, timers = systemTimers, now }: ServerDependencies,
): Promise<RunningServer> {
  const clock = now && { now }
  const stores = await openStores({
    dataDir: config.data,
    minFreeBytes: config.minFreeBytes,
    ...clock,
  })
  try {
    const admin = createAdmin({
      ...stores,
      limits: limitsOf(config),
      retention: retentionOf(config),
    })
    const access = await openAccess(stores, { randomBytes, ...clock })
    const sampleFileId = await ensureSample(admin)
    const server = await listen(config)
    const url = publicUrlOf(config, (server.address() as AddressInfo).port)
    const onRequest = logRequests(log)
    const host = composeHost(config, { ...stores, access, log, onRequest, timers, publicUrl: url })
    const stop = serve(server, { host, stores, log })
    await noteServing(config, url).catch((error) => {
      log.warn({ err: error }, 'Commands beside this server will not know its address')
    })
    host.start()
    cleanUp(stores, log)
    return {
      url,
      host,
      access,
      admin,
      sampleFileId,
      close: () => stop(config.shutdownGrace, timers),
      cut: () => server.closeAllConnections(),
    }
  } catch (error) {
    await stores.close()
    throw error
  }
}

/** Removes, beside the first requests, what a killed server has left of unfinished writes. */
function cleanUp({ blobs }: Stores, log: Log): void {
  blobs.cleanUp?.().catch((error) => {
    log.warn({ err: error }, 'What is left of unfinished writes could not be removed')
  })
}

async function listen({ host, port }: Config): Promise<Server> {
  const server = createServer({
    maxHeaderSize: HEADERS_MAX_BYTES,
    connectionsCheckingInterval: CONNECTIONS_CHECK_MS,
  })
  server.listen(port, host)
  try {
    await once(server, 'listening')
    return server
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const where = `${host}:${port}`
    if (code === 'EADDRINUSE') throw new ServerError('PORT_TAKEN', where, { cause })
    throw new ServerError('ADDRESS_UNUSABLE', `${where} (${code})`, { cause })
  }
}

type Stop = (graceMs: number, timers: Timers) => Promise<void>

/** Answers the requests of a server. The result stops it. */
function serve(
  server: Server,
  { host, stores, log }: { host: Host; stores: Stores; log: Log },
): Stop {
  let stopped: Promise<void> | undefined
  host.configureServer(server)
  server.on('request', (request, response) => {
    if (!isHealthRequest(request)) return host.node(request, response)
    const closing = stopped !== undefined
    answerHealth(response, { metadata: stores.metadata, closing }).catch((error) => {
      log.error({ err: error }, 'The health request failed')
      response.destroy()
    })
  })

  async function stop(graceMs: number, timers: Timers): Promise<void> {
    const housekeeping = host.close()
    await closeServer(server, graceMs, timers)
    await housekeeping
    await stores.close()
  }

  return (graceMs, timers) => {
    stopped ??= stop(graceMs, timers)
    return stopped
  }
}

async function closeServer(server: Server, graceMs: number, timers: Timers): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // A reply that was under way when stopping began may have left its connection open.
  const idleCheck = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
  const stopTimer = timers.after(graceMs, () => server.closeAllConnections())
  await closed
  clearInterval(idleCheck)
  stopTimer()
}
