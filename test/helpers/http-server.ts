import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Timers } from '../../src/http/timers.ts'
import type { Log } from '../../src/ports/log.ts'

/** A server on a free port that is closed with the test. */
export interface TestServer extends AsyncDisposable {
  port: number
  origin: string
  server: Server
}

export async function listenOn(
  listener: RequestListener,
  configure: (server: Server) => void = () => {},
): Promise<TestServer> {
  const server = createServer(listener)
  configure(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    server,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** A clock that stands still until a test moves it. */
export interface TestTimers extends Timers {
  /** Moves the clock and rings what is due. */
  advance(ms: number): void
  /** How many alarms are set. */
  readonly pending: number
}

export function createTestTimers(): TestTimers {
  let time = 0
  const alarms = new Set<{ at: number; act: () => void }>()
  return {
    now: () => time,
    after(ms, act) {
      const alarm = { at: time + ms, act }
      alarms.add(alarm)
      return () => alarms.delete(alarm)
    },
    advance(ms) {
      time += ms
      for (const alarm of [...alarms]) {
        if (alarm.at > time || !alarms.delete(alarm)) continue
        alarm.act()
      }
    },
    get pending() {
      return alarms.size
    },
  }
}

export interface LoggedLine {
  level: string
  fields: Record<string, unknown>
  message: string
}

/** A log that a test can look into. */
export function createTestLog(): Log & { lines: LoggedLine[] } {
  const lines: LoggedLine[] = []
  const at = (level: string) => (fields: Record<string, unknown>, message: string) => {
    lines.push({ level, fields, message })
  }
  return {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  }
}
