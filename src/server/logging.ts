import { pino } from 'pino'
import type { RequestRecord } from '../http/request-record.ts'
import type { Log } from '../ports/log.ts'
import type { Config } from './config.ts'
import { createLineQueue } from './line-queue.ts'
import { loggedError } from './logged-error.ts'
import { writeToStandardError } from './standard-error.ts'

/** Where log lines go: one JSON object each. */
export interface LogDestination {
  write(line: string): void
}

/** A log on its way to the standard error stream. */
export interface Logger {
  log: Log
  /** Lines dropped since the start, because the reader was too slow. */
  droppedLines(): number
}

/** Most characters of log lines that wait for a slow reader; further lines are dropped. */
const WAITING_MAX_CHARS = 1024 * 1024

/**
 * Creates a log of structured lines on the standard error stream. It never waits for a reader: it
 * drops lines when there is no room, and then logs how many.
 */
export function createLogger(level: Config['logLevel']): Logger {
  const queue = createLineQueue(writeToStandardError(), {
    maxChars: WAITING_MAX_CHARS,
    onDropped: (lines) =>
      log.error({ lines }, 'Lines of this log are missing here: its reader was too slow'),
  })
  const log = createLog(level, queue)
  return { log, droppedLines: () => queue.dropped }
}

/** Creates a log of structured lines. */
export function createLog(level: Config['logLevel'], destination: LogDestination): Log {
  const formatters = { level: (label: string) => ({ level: label }) }
  const timestamp = pino.stdTimeFunctions.isoTime
  const serializers = { err: loggedError }
  return pino({ level, base: null, timestamp, formatters, serializers }, destination)
}

/** Writes one line for each request. The line holds no token, because the record has none. */
export function logRequests(log: Log): (record: RequestRecord) => void {
  return (record) => {
    const fields = { ...record, durationMs: Math.round(record.durationMs * 10) / 10 }
    // 501 is no fault of the host: the client asked for an operation that it does not support.
    if (record.status >= 500 && record.status !== 501) log.error(fields, 'request')
    else log.info(fields, 'request')
  }
}
