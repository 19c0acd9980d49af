import type { MetadataStore } from '../../ports/metadata-store.ts'
import { COMMANDS, storeOf } from './commands.ts'
import { createLane } from './sqlite/lane.ts'

/** How long a command waits while another process writes, in ms. */
const BUSY_TIMEOUT_MS = 10_000

export interface SqliteMetadataStoreOptions {
  /** The database file; it is created where there is none, its directory is not. */
  path: string
  /** The clock, in ms since 1970 UTC (default: `Date.now`). */
  now?: () => number
  /** How long a command waits while another process writes, in ms (default: 10,000). */
  busyTimeoutMs?: number
}

/**
 * A MetadataStore in one SQLite file, which several processes of one machine may use at once. An
 * open but idle store does not keep the process alive.
 *
 * Two threads hold a connection each: writing commands share transactions, and reads wait neither
 * for their disk nor for other processes. The file is opened in the background: `check` tells
 * whether that worked, and without it the first command does.
 *
 * @throws RangeError for `:memory:`, which every connection would have to itself
 */
export function createSqliteMetadataStore(options: SqliteMetadataStoreOptions): MetadataStore {
  const { path, now = Date.now, busyTimeoutMs = BUSY_TIMEOUT_MS } = options
  if (path === '' || path === ':memory:')
    throw new RangeError('A SQLite metadata store needs a file; for tests use the memory store')
  const writer = createLane({ path, busyTimeoutMs, readOnly: false, now })
  const reader = createLane({ path, busyTimeoutMs, readOnly: true, now })
  let closing: Promise<void> | undefined

  return {
    ...storeOf((name, input) => {
      const lane = COMMANDS[name] === 'read' ? reader : writer
      return lane.call(name, input.map(ownBytes))
    }),
    async check() {
      await Promise.all([writer.call('check', []), reader.call('check', [])])
    },
    close() {
      // The writer is the last to leave: it may move the write-ahead log into the database.
      closing ??= reader.close().then(() => writer.close())
      return closing
    },
  }
}

/**
 * Copies byte arrays: the caller may change them before the batch is sent, and sending one that is
 * a view would copy all that lies around it.
 */
function ownBytes(input: unknown): unknown {
  if (input instanceof Uint8Array) return new Uint8Array(input)
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input
  const entries = Object.entries(input)
  if (!entries.some(([, value]) => value instanceof Uint8Array)) return input
  return Object.fromEntries(
    entries.map(([name, value]) => {
      return [name, value instanceof Uint8Array ? new Uint8Array(value) : value]
    }),
  )
}
