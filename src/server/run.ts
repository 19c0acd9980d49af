import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import type { SignedAccess } from '../access/signed-access.ts'
import type { Host } from '../http/create-host.ts'
import { systemTimers, type Timers } from '../http/timers.ts'
import type { Log } from '../ports/log.ts'
import { addressProblem, createAddressWatch, publicUrlOf } from './addresses.ts'
import {
  claimStores,
  composeHost,
  type HostParts,
  openAccess,
  openStores,
  openTokenKey,
  type Stores,
} from './compose.ts'
import type { Config } from './config.ts'
import { openDiscovery } from './discovery.ts'
import { listen, serveRequests } from './http-server.ts'
import { logRequests } from './logging.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { type MetricsServer, serveMetrics } from './metrics-server.ts'
import { openProperties } from './properties.ts'
import { ensureSample } from './sample.ts'
import { noteServing } from './serving-record.ts'
import { createTrialSignIn, type TrialSignIn } from './trial-sign-in/trial-sign-in.ts'

/** A server that answers requests. */
export interface RunningServer {
  /** The address before the base path that clients use. */
  url: string
  host: Host
  access: SignedAccess
  /** What is wrong with `url`, if anything: other machines cannot reach the server there. */
  addressProblem: string | undefined
  /** A document to try: the sample, if it exists. */
  sampleFileId: string
  /** Where metrics are; left out when they are nowhere. */
  metricsUrl: string | undefined
  /**
   * Stops: accepts no more connections, lets the requests in progress finish within the grace time
   * of the settings, cuts the others, and closes the stores.
   */
  close(): Promise<void>
  /** Cuts all connections now, also while `close` waits for them. */
  cut(): void
}

export interface ServerDependencies {
  log: Log
  timers?: Timers
  /** Lines that `log` has dropped since the start, for the metrics. */
  droppedLogLines?: () => number
  /** The clock, in ms since 1970 UTC. */
  now?: () => number
}

/**
 * Starts a server on a data folder. When the promise resolves, the server answers requests, and the
 * sample document exists.
 *
 * @throws ServerError DATA_UNUSABLE, DATA_MISMATCH, PROPERTIES_UNUSABLE, PORT_TAKEN, ADDRESS_UNUSABLE;
 *   nothing stays open then
 */
export async function startServer(
  config: Config,
  { log, timers = systemTimers, now, droppedLogLines = () => 0 }: ServerDependencies,
): Promise<RunningServer> {
  const clock = now && { now }
  const stores = await openStores({
    dataDir: config.data,
    minFreeBytes: config.minFreeBytes,
    ...clock,
    log,
  })
  try {
    await claimStores(stores, config.data)
    const key = await openTokenKey(stores, randomBytes)
    const access = openAccess(stores, { key, ...clock })
    const discovery = await openDiscovery(config, { log, ...clock })
    const properties = await openProperties(config)
    const server = await listen(config)
    const metrics = config.metricsPort === undefined ? undefined : createMetrics()
    const { metadata, blobs } = stores
    const own = { ...discovery, ...(properties && { properties }), ...clock }
    const parts = { metadata, blobs, ...own, access, log, timers }
    const { host, url, stop, sampleFileId } = await answer(server, config, {
      stores,
      key,
      parts,
      metrics,
    })
    const served = await openMetrics(config, metrics, { server, host, droppedLogLines }).catch(
      async (error) => {
        await stop(0, timers)
        throw error
      },
    )
    const problem = addressProblem(config, url)
    if (problem) log.warn({ url }, problem)
    await noteServing(config, url).catch((error) => {
      log.warn(
        { err: error },
        'The address of this server could not be recorded, so commands beside it do not know it',
      )
    })
    host.start()
    const cleaned = cleanUp(stores, log)
    return {
      url,
      host,
      access,
      addressProblem: problem,
      sampleFileId,
      metricsUrl: served?.url,
      async close() {
        await stop(config.shutdownGrace, timers)
        await served?.close()
        await cleaned
      },
      cut: () => server.closeAllConnections(),
    }
  } catch (error) {
    await stores.close()
    throw error
  }
}

/** The parts of a host that does not answer yet. */
type UnplacedParts = Omit<HostParts, 'publicUrl' | 'onRequest' | 'signIn'> & { log: Log }

/**
 * Creates a host, answers requests, and adds the sample document. If this fails, it closes the
 * server.
 */
async function answer(
  server: Server,
  config: Config,
  {
    stores,
    key,
    parts,
    metrics,
  }: { stores: Stores; key: Uint8Array; parts: UnplacedParts; metrics: Metrics | undefined },
): Promise<{
  host: Host
  url: string
  stop: ReturnType<typeof serveRequests>
  sampleFileId: string
}> {
  const { log, now } = parts
  try {
    const url = publicUrlOf(config, (server.address() as AddressInfo).port)
    const trial = openTrial(config, { url, key, log, ...(now && { now }) })
    const logLine = logRequests(log)
    const host = composeHost(config, {
      ...parts,
      onRequest(record) {
        logLine(record)
        metrics?.onRequest(record)
      },
      publicUrl: url,
      ...(trial && { signIn: trial }),
    })
    server.on('request', createAddressWatch(config, { url, log }))
    const stop = serveRequests(server, { host, stores, log, trial })
    return { host, url, stop, sampleFileId: await ensureSample(host.admin) }
  } catch (error) {
    server.close()
    server.closeAllConnections()
    throw error
  }
}

/** Serves the metrics of a server beside it, where the settings say so. */
async function openMetrics(
  config: Config,
  metrics: Metrics | undefined,
  sources: { server: Server; host: Host; droppedLogLines: () => number },
): Promise<MetricsServer | undefined> {
  if (!metrics) return undefined
  const { server, host, droppedLogLines } = sources
  const connections = promisify(server.getConnections.bind(server))
  const served = await serveMetrics(config, () =>
    metrics.text({ memory: host.memory, connections, droppedLogLines }),
  )
  return (
    served && {
      ...served,
      async close() {
        metrics.close()
        await served.close()
      },
    }
  )
}

function openTrial(
  { basePath, trialSignIn }: Config,
  { url, key, log, now }: { url: string; key: Uint8Array; log: Log; now?: () => number },
): TrialSignIn | undefined {
  if (!trialSignIn) return undefined
  log.warn({}, 'trialSignIn is on: anybody who reaches this server may do everything')
  const baseUrl = `${url}${basePath}`
  return createTrialSignIn({ baseUrl, basePath, key, randomBytes, ...(now && { now }) })
}

/** Removes the unfinished writes of killed servers, while the first requests run. */
async function cleanUp({ blobs }: Stores, log: Log): Promise<void> {
  await blobs.cleanUp?.().catch((error) => {
    log.warn({ err: error }, 'The leftovers of unfinished writes could not be removed')
  })
}
