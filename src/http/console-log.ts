import type { Log } from '../ports/log.ts'

/** The log of a host without the option `log`: warnings and errors go to the console. */
export const CONSOLE_LOG: Log = {
  debug() {},
  info() {},
  warn: (fields, message) => console.warn(`wopikit: ${message}`, fields),
  error: (fields, message) => console.error(`wopikit: ${message}`, fields),
}
