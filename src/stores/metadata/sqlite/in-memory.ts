import type { MetadataStore } from '../../../ports/metadata-store.ts'
import { storeOf } from '../commands.ts'
import { type Call, createBatchRunner } from './batch.ts'
import { openDatabase } from './database.ts'

/**
 * A MetadataStore in the memory of this process, for tests: SQLite without a file and without
 * threads. Its commands are those of `createSqliteMetadataStore`. What it holds is lost on `close`.
 *
 * @param options.now the clock, in ms since 1970 UTC (default: `Date.now`)
 */
export function createMemoryMetadataStore(options: { now?: () => number } = {}): MetadataStore {
  const { now = Date.now } = options
  const db = openDatabase({ path: ':memory:', busyTimeoutMs: 0, readOnly: false })
  const runBatch = createBatchRunner(db, { readOnly: false })
  let closed = false

  async function call(name: Call['name'], input: unknown[]): Promise<unknown> {
    if (closed) throw new Error('The metadata store is closed')
    const [reply] = runBatch({ now: now(), calls: [{ name, input }] })
    if (reply && 'value' in reply) return reply.value
    throw reply?.error
  }

  return {
    ...storeOf(call),
    async check() {
      await call('check', [])
    },
    async close() {
      if (!closed) db.close()
      closed = true
    },
  }
}
