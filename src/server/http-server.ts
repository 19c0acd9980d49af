import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { Host } from '../http/create-host.ts'
import { CONNECTIONS_CHECK_MS, HEADERS_MAX_BYTES } from '../http/limits.ts'
import type { Timers } from '../http/timers.ts'
import type { Log } from '../ports/log.ts'
import type { Stores } from './compose.ts'
import type { Config } from './config.ts'
import { ServerError } from './errors.ts'
import { answerHealth, isHealthRequest } from './health.ts'
import type { TrialSignIn } from './trial-sign-in/trial-sign-in.ts'

/** How often to look for idle connections while the server stops, in ms. */
const IDLE_CHECK_MS = 50

/**
 * Listens on the address of the settings.
 *
 * @throws ServerError PORT_TAKEN, ADDRESS_UNUSABLE
 */
export async function listen({ host, port }: Pick<Config, 'host' | 'port'>): Promise<Server> {
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

/**
 * Accepts no more connections, lets the requests in progress finish within `graceMs`, cuts the
 * others, and closes the stores.
 */
type Stop = (graceMs: number, timers: Timers) => Promise<void>

/** The parts that answer requests. */
interface Answering {
  host: Host
  stores: Stores
  log: Log
  /** Absent when the trial sign-in is off. */
  trial: TrialSignIn | undefined
}

/** Answers the requests of a server. The returned function stops the server. */
export function serveRequests(server: Server, { host, stores, log, trial }: Answering): Stop {
  let stopped: Promise<void> | undefined
  host.configureServer(server)
  server.on('request', (request, response) => {
    const answered = isHealthRequest(request)
      ? answerHealth(response, { metadata: stores.metadata, closing: stopped !== undefined })
      : trial?.isOwn(request) && trial.answer(request, response)
    if (!answered) return host.node(request, response)
    answered.catch((error) => {
      log.error({ err: error }, 'A request beside WOPI failed')
      response.destroy()
    })
  })

  async function stop(graceMs: number, timers: Timers): Promise<void> {
    const housekeeping = host.close({ graceMs })
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
  // A reply in progress when the stop began may have left its connection open.
  const idleCheck = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
  const stopTimer = timers.after(graceMs, () => server.closeAllConnections())
  await closed
  clearInterval(idleCheck)
  stopTimer()
}
