import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { migrate } from './migrations.ts'

/** How long a step of opening waits before it tries again, in ms. */
const RETRY_MS = 20
/** What a write-ahead log that once grew large is cut down to, in bytes. */
const LOG_MAX_BYTES = 64 * 1024 * 1024
const SQLITE_BUSY = 5

export type SqlParams = Record<string, SQLInputValue>

/** A connection whose statements are prepared once. Rows are what the statement's columns say. */
export interface Database {
  get<Row>(sql: string, params?: SqlParams): Row | undefined
  all<Row>(sql: string, params?: SqlParams): Row[]
  /** Returns the number of rows changed. */
  run(sql: string, params?: SqlParams): number
  /** Whether a transaction is open. */
  readonly isTransaction: boolean
  close(): void
}

/** Opens the database, and creates or migrates it where that is needed. Waits for other processes. */
export function openDatabase(options: {
  path: string
  busyTimeoutMs: number
  readOnly: boolean
}): Database {
  const db = new DatabaseSync(options.path, { timeout: options.busyTimeoutMs })
  try {
    configure(db, options)
    return wrap(db)
  } catch (error) {
    db.close()
    throw error
  }
}

function configure(
  db: DatabaseSync,
  { busyTimeoutMs, readOnly }: { busyTimeoutMs: number; readOnly: boolean },
): void {
  // What another application keeps in this file is not even touched.
  retryWhileBusy(busyTimeoutMs, () => migrate(db))
  retryWhileBusy(busyTimeoutMs, () => db.exec('PRAGMA journal_mode = WAL'))
  db.exec(`PRAGMA journal_size_limit = ${LOG_MAX_BYTES}`)
  // A commit is durable when it returns; NORMAL would lose the last ones in a power cut.
  db.exec('PRAGMA synchronous = FULL')
  // On macOS a sync reaches the medium only with these; elsewhere they do nothing.
  db.exec('PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON')
  db.exec('PRAGMA foreign_keys = ON')
  if (readOnly) db.exec('PRAGMA query_only = ON')
}

/** SQLite does not always ask its busy handler while a database is created or recovered. */
function retryWhileBusy(timeoutMs: number, step: () => void): void {
  const clock = new Int32Array(new SharedArrayBuffer(4))
  for (let waitedMs = 0; ; waitedMs += RETRY_MS) {
    try {
      step()
      return
    } catch (error) {
      if (!isBusy(error) || waitedMs >= timeoutMs) throw error
      Atomics.wait(clock, 0, 0, RETRY_MS)
    }
  }
}

/** Whether an error means that another connection is in the way just now. */
export function isBusy(error: unknown): boolean {
  // The lowest byte is the primary code; the others tell which kind of busy it was.
  return (Number((error as { errcode?: number }).errcode) & 0xff) === SQLITE_BUSY
}

function wrap(db: DatabaseSync): Database {
  const statements = new Map<string, StatementSync>()
  const prepare = (sql: string) => {
    let statement = statements.get(sql)
    if (statement === undefined) {
      statement = db.prepare(sql)
      statement.setAllowUnknownNamedParameters(true)
      statements.set(sql, statement)
    }
    return statement
  }

  return {
    get: <Row>(sql: string, params: SqlParams = {}) => {
      const row = prepare(sql).get(params)
      return row && (plain(row) as Row)
    },
    all: <Row>(sql: string, params: SqlParams = {}) => prepare(sql).all(params).map(plain) as Row[],
    run: (sql, params = {}) => Number(prepare(sql).run(params).changes),
    get isTransaction() {
      return db.isTransaction
    },
    close: () => db.close(),
  }
}

/** Rows come without a prototype, which is no plain object to those who compare. */
function plain(row: Record<string, unknown>): Record<string, unknown> {
  return { ...row }
}
