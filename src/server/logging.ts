import { pino } from 'pino'
import type { RequestRecord } from '../http/request-record.ts'
import type { Log } from '../ports/log.ts'
import type { Config } from './config.ts'

/** Where log lines go: one JSON object each. */
export interface LogDestination {
  write(line: string): void
}

/** A log that can be emptied before the process ends. */
export interface Logger {
  log: Log
  /** Writes out what is still held back. */
  flush(): void
}

const STDERR = 2
/** Lines are gathered up to this size, in bytes, or this time, in ms, before they are written. */
const GATHERED_BYTES = 12 * 1024
const GATHERED_MS = 250

/** Creates a log of structured lines on the standard error stream. */
export function createLogger(level: Config['logLevel']): Logger {
  const destination = pino.destination({
    fd: STDERR,
    sync: false,
    minLength: GATHERED_BYTES,
    periodicFlush: GATHERED_MS,
  })
  return { log: createLog(level, destination), flush: () => destination.flushSync() }
}

/** Creates a log of structured lines. */
export function createLog(level: Config['logLevel'], destination: LogDestination): Log {
  const formatters = { level: (label: string) => ({ level: label }) }
  const timestamp = pino.stdTimeFunctions.isoTime
  return pino({ level, base: null, timestamp, formatters }, destination)
}

/** Writes one line for each request. What is logged holds no token: the record has none. */
export function logRequests(log: Log): (record: RequestRecord) => void {
  return (record) => {
    const fields = { ...record, durationMs: Math.round(record.durationMs * 10) / 10 }
    // 501 is what a client asks for that this host does not do: no fault of the host.
    if (record.status >= 500 && record.status !== 501) log.error(fields, 'request')
    else log.info(fields, 'request')
  }
}
