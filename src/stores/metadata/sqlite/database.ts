import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { SqlDatabase, SqlParams } from '../sql/database.ts'
import { SQLITE_DIALECT } from './dialect.ts'
import { migrate } from './migrations.ts'

/** How long a step of opening waits before it tries again, in ms. */
const RETRY_MS = 20
/** The size to which SQLite truncates a write-ahead log that has grown larger, in bytes. */
const LOG_MAX_BYTES = 64 * 1024 * 1024
const SQLITE_BUSY = 5
/** Rights of a new file. */
const OWNER_FILE = 0o600

/**
 * A connection of this thread. Each statement is done when its call returns, before its promise
 * resolves.
 */
export interface SqliteDatabase extends SqlDatabase {
  /** Runs a statement about the transaction itself, such as BEGIN. */
  execute(sql: string): void
  /** Whether a transaction is open. */
  readonly isTransaction: boolean
  close(): void
}

/** Opens the database, and creates or migrates it if needed. Waits for other processes. */
export function openDatabase(options: {
  path: string
  busyTimeoutMs: number
  readOnly: boolean
}): SqliteDatabase {
  createForOwner(options.path)
  const db = new DatabaseSync(options.path, { timeout: options.busyTimeoutMs })
  try {
    configure(db, options)
    return wrap(db)
  } catch (error) {
    db.close()
    throw error
  }
}

/** Creates a missing file without rights for others; SQLite gives those of its log the same rights. */
function createForOwner(path: string): void {
  if (path === ':memory:') return
  try {
    closeSync(openSync(path, 'ax', OWNER_FILE))
  } catch {
    // It is there, or cannot be: SQLite says which.
  }
}

function configure(
  db: DatabaseSync,
  { busyTimeoutMs, readOnly }: { busyTimeoutMs: number; readOnly: boolean },
): void {
  // First of all: it refuses the file of another application, and leaves it untouched.
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

/** Whether an error means that another connection blocks this one for a moment. */
export function isBusy(error: unknown): boolean {
  // The lowest byte is the primary code; the others tell which kind of busy it was.
  return (Number((error as { errcode?: number }).errcode) & 0xff) === SQLITE_BUSY
}

/** A statement that was prepared once, and the names of its columns. */
interface Prepared {
  statement: StatementSync
  names: readonly string[]
}

function wrap(db: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, Prepared>()
  const prepare = (sql: string) => {
    let prepared = statements.get(sql)
    if (prepared === undefined) {
      prepared = prepareStatement(db, sql)
      statements.set(sql, prepared)
    }
    return prepared
  }

  return {
    async get<Row>(sql: string, params: SqlParams = {}) {
      const { statement, names } = prepare(sql)
      const row = statement.get(encodeLists(params))
      return row && (toObject(row, names) as Row)
    },
    async all<Row>(sql: string, params: SqlParams = {}) {
      const { statement, names } = prepare(sql)
      return statement.all(encodeLists(params)).map((row) => toObject(row, names) as Row)
    },
    async run(sql: string, params: SqlParams = {}) {
      return Number(prepare(sql).statement.run(encodeLists(params)).changes)
    },
    dialect: SQLITE_DIALECT,
    execute(sql) {
      prepare(sql).statement.run()
    },
    get isTransaction() {
      return db.isTransaction
    },
    close: () => db.close(),
  }
}

function prepareStatement(db: DatabaseSync, sql: string): Prepared {
  const statement = db.prepare(sql)
  statement.setAllowUnknownNamedParameters(true)
  // Measured: rows as arrays are read four times as fast as rows as objects.
  statement.setReturnArrays(true)
  return { statement, names: statement.columns().map(({ name }) => inCamelCase(name)) }
}

function inCamelCase(column: string): string {
  return column.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}

function toObject(row: object, names: readonly string[]): Record<string, unknown> {
  const values = row as unknown[]
  const object: Record<string, unknown> = {}
  names.forEach((name, index) => {
    object[name] = values[index]
  })
  return object
}

function encodeLists(params: SqlParams): Record<string, SQLInputValue> {
  let encoded = params
  for (const name in params)
    if (Array.isArray(params[name])) encoded = { ...encoded, [name]: JSON.stringify(params[name]) }
  return encoded as Record<string, SQLInputValue>
}
