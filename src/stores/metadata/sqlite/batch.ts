import type { CommandName } from '../commands.ts'
import { allCommands } from './all-commands.ts'
import type { Database } from './database.ts'

/** What the worker of a lane is started with. */
export interface LaneOptions {
  path: string
  /** How long a batch waits while another process writes, in ms. */
  busyTimeoutMs: number
  /** A lane that only reads is never held up by writers. */
  readOnly: boolean
}

export interface Call {
  name: CommandName | 'check'
  input: unknown[]
}

/** Calls that go to the worker as one message, and the time at which they happen. */
export interface Batch {
  now: number
  calls: Call[]
}

/** What became of one call. */
export type Reply = { value: unknown } | { error: unknown }

export type RunBatch = (batch: Batch) => Reply[]

type Run = (now: number, ...input: unknown[]) => unknown

/**
 * Runs batches as one transaction each, so that many commands share one wait for the disk. Replies
 * come only after the commit: an error of the transaction is the reply to all of its calls.
 */
export function createBatchRunner(db: Database, { readOnly }: { readOnly: boolean }): RunBatch {
  const all = { ...allCommands(db), check: () => check(db) } as Record<string, Run>
  const attempt = readOnly ? attemptRead : attemptWrite

  return ({ now, calls }) => {
    try {
      // Whoever only checks need not wait for the write lock.
      const reads = readOnly || calls.every(({ name }) => name === 'check')
      db.run(reads ? 'BEGIN' : 'BEGIN IMMEDIATE')
      const replies = calls.map(({ name, input }) => {
        return attempt(db, () => all[name]?.(now, ...input))
      })
      db.run('COMMIT')
      return replies
    } catch (error) {
      if (db.isTransaction) db.run('ROLLBACK')
      return calls.map(() => ({ error }))
    }
  }
}

function attemptRead(_db: Database, run: () => unknown): Reply {
  try {
    return { value: run() }
  } catch (error) {
    return { error }
  }
}

/** A command that fails takes back what it did itself, and nothing else of the batch. */
function attemptWrite(db: Database, run: () => unknown): Reply {
  db.run('SAVEPOINT command')
  try {
    return { value: run() }
  } catch (error) {
    // A full disk, for one, ends the whole transaction.
    if (!db.isTransaction) throw error
    db.run('ROLLBACK TO command')
    return { error }
  } finally {
    if (db.isTransaction) db.run('RELEASE command')
  }
}

function check(db: Database): void {
  db.get('SELECT 1 FROM documents LIMIT 1')
}
