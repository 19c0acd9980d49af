import type { MetadataStore } from '../../../ports/metadata-store.ts'
import { storeOf } from '../sql/commands.ts'
import { type Call, createBatchRunner } from './batch.ts'
import { openDatabase } from './database.ts'
import { ownBytes } from './own-bytes.ts'

/**
 * A MetadataStore in the memory of this process, for tests: SQLite without a file and without
 * threads. Its commands are those of `createSqliteMetadataStore`. What it holds is lost on `close`.
 *
 * @param options.now the clock, in ms since 1970 UTC (default: `Date.now`)
 *
 * @example
 * ```ts
 * import { createMemoryMetadataStore } from 'wopikit/testing'
 *
 * let now = Date.UTC(2026, 0, 1)
 * const metadata = createMemoryMetadataStore({ now: () => now })
 * now += 60_000 // a minute later, without waiting
 *
 * assert.deepEqual(await metadata.listDocuments({ limit: 1 }), [])
 * await metadata.close()
 * ```
 */
export function createMemoryMetadataStore(options: { now?: () => number } = {}): MetadataStore {
  const { now = Date.now } = options
  const db = openDatabase({ path: ':memory:', busyTimeoutMs: 0, readOnly: false })
  const runBatch = createBatchRunner(db, { readOnly: false })
  let closing: Promise<void> | undefined
  let last: Promise<unknown> = Promise.resolve()

  /** One command after the other: they share one connection. */
  async function call(name: Call['name'], input: unknown[]): Promise<unknown> {
    if (closing) throw new Error('The metadata store is closed')
    const batch = { now: now(), calls: [{ name, input: input.map(ownBytes) }] }
    const replies = last.then(() => runBatch(batch))
    last = replies.catch(() => {})
    const [reply] = await replies
    if (reply && 'value' in reply) return reply.value
    throw reply?.error
  }

  return {
    ...storeOf(call),
    async check() {
      await call('check', [])
    },
    close() {
      closing ??= last.then(() => db.close())
      return closing
    },
  }
}
