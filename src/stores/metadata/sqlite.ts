import type { MetadataStore } from '../../ports/metadata-store.ts'
import { COMMANDS, type CommandName, storeOf } from './sql/commands.ts'
import { ownBytes } from './sqlite/own-bytes.ts'
import { openPointReader, type PointReader } from './sqlite/point-reader.ts'
import { createWorkerConnection, type WorkerConnection } from './sqlite/worker-connection.ts'

/** How long a command waits while another process writes, in ms. */
const BUSY_TIMEOUT_MS = 10_000

export interface SqliteMetadataStoreOptions {
  /** The database file. It is created when it is missing, as are its folders, for the owner only. */
  path: string
  /** @internal The clock, in ms since 1970 UTC (default: `Date.now`). */
  now?: () => number
  /** How long a command waits while another process writes, in ms (default: 10,000). */
  busyTimeoutMs?: number
}

/**
 * A MetadataStore in one SQLite file, which several processes of one machine may use at once. An
 * open but idle store does not keep the process alive.
 *
 * One thread writes, and commands that wait at the same time share a transaction. The calling thread
 * itself does the reads that every request makes, of a few rows by their key: that takes less time
 * than a message to another thread, and in a write-ahead log they never wait for a writer. A second
 * thread, started when it is first needed, does all other reads. The file opens in the background:
 * `check` says whether that worked, or else the first command does.
 *
 * @throws RangeError for `:memory:`, because every connection would get a database of its own
 *
 * @example
 * ```ts
 * import { createSqliteMetadataStore } from 'wopikit/sqlite'
 *
 * const metadata = createSqliteMetadataStore({ path: `${folder}/metadata.db` })
 * await metadata.check() // rejects when the file cannot be used
 *
 * assert.equal(await metadata.readDocument('report'), undefined)
 * await metadata.close()
 * ```
 */
export function createSqliteMetadataStore(options: SqliteMetadataStoreOptions): MetadataStore {
  const { path, now = Date.now, busyTimeoutMs = BUSY_TIMEOUT_MS } = options
  if (path === '' || path === ':memory:')
    throw new RangeError(
      'A SQLite metadata store needs a file; createMemoryMetadataStore of wopikit/testing needs none',
    )
  const writer = createWorkerConnection({ path, busyTimeoutMs, readOnly: false, now })
  let ready = false
  let reader: WorkerConnection | undefined
  let points: PointReader | undefined
  let closing: Promise<void> | undefined

  /** The writer creates and migrates the database before its first answer. */
  async function write(name: CommandName | 'check', input: unknown[]): Promise<unknown> {
    const value = await writer.call(name, input)
    ready = true
    return value
  }

  async function open(): Promise<void> {
    if (!ready) await write('check', [])
    if (!closing) points ??= openPointReader(path)
  }

  async function readInThread(name: CommandName, input: unknown[]): Promise<unknown> {
    if (closing) throw new Error('The metadata store is closed')
    reader ??= createWorkerConnection({ path, busyTimeoutMs, readOnly: true, now })
    return reader.call(name, input)
  }

  async function read(name: CommandName, input: unknown[]): Promise<unknown> {
    if (!points) await open()
    const found = await points?.read(name, now(), input)
    return found ? found.value : readInThread(name, input)
  }

  return {
    ...storeOf((name, input) =>
      COMMANDS[name] === 'read' ? read(name, input) : write(name, input.map(ownBytes)),
    ),
    async check() {
      await write('check', [])
      await open()
    },
    close() {
      // The writer closes last: it may move the write-ahead log into the database.
      closing ??= Promise.resolve(reader?.close()).then(() => {
        points?.close()
        points = undefined
        return writer.close()
      })
      return closing
    },
  }
}
