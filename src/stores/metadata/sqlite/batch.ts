import { allCommands } from '../sql/all-commands.ts'
import type { CommandName } from '../sql/commands.ts'
import type { SqliteDatabase } from './database.ts'

/** How a worker opens its connection. */
export interface WorkerOptions {
  path: string
  /** How long a batch waits while another process writes, in ms. */
  busyTimeoutMs: number
  /** A connection that only reads is never held up by writers. */
  readOnly: boolean
}

export interface Call {
  name: CommandName | 'check'
  input: unknown[]
}

/** Calls that reach the worker as one message, and the time at which they happen. */
export interface Batch {
  now: number
  calls: Call[]
}

/** What became of one call. */
export type Reply = { value: unknown } | { error: unknown }

/** Runs one batch; the next one must not begin before it has ended. */
export type RunBatch = (batch: Batch) => Promise<Reply[]>

type Run = (now: number, ...input: unknown[]) => Promise<unknown>

/**
 * Runs each batch as one transaction, so that many commands share one wait for the disk. It replies
 * only after the commit: an error of the transaction is the reply to all of its calls.
 */
export function createBatchRunner(
  db: SqliteDatabase,
  { readOnly }: { readOnly: boolean },
): RunBatch {
  const all = { ...allCommands(db), check: () => check(db) } as Record<string, Run>
  const attempt = readOnly ? attemptRead : attemptWrite

  return async ({ now, calls }) => {
    try {
      // A check needs no write lock.
      const reads = readOnly || calls.every(({ name }) => name === 'check')
      db.execute(reads ? 'BEGIN' : 'BEGIN IMMEDIATE')
      const replies: Reply[] = []
      for (const { name, input } of calls)
        replies.push(await attempt(db, () => all[name]?.(now, ...input)))
      db.execute('COMMIT')
      return replies
    } catch (error) {
      if (db.isTransaction) db.execute('ROLLBACK')
      return calls.map(() => ({ error }))
    }
  }
}

async function attemptRead(
  _db: SqliteDatabase,
  run: () => Promise<unknown> | undefined,
): Promise<Reply> {
  try {
    return { value: await run() }
  } catch (error) {
    return { error }
  }
}

/** A command that fails undoes its own changes, and no others of the batch. */
async function attemptWrite(
  db: SqliteDatabase,
  run: () => Promise<unknown> | undefined,
): Promise<Reply> {
  db.execute('SAVEPOINT command')
  try {
    return { value: await run() }
  } catch (error) {
    // A full disk, for one, ends the whole transaction.
    if (!db.isTransaction) throw error
    db.execute('ROLLBACK TO command')
    return { error }
  } finally {
    if (db.isTransaction) db.execute('RELEASE command')
  }
}

async function check(db: SqliteDatabase): Promise<void> {
  await db.get('SELECT 1 FROM documents LIMIT 1')
}
