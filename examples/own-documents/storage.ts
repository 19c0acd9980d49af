import { randomUUID } from 'node:crypto'
import { createWriteStream, mkdirSync } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pipeline } from 'node:stream/promises'

/** A row of the application's own table. */
export interface DocumentRow {
  id: string
  name: string
  folder: string
  owner: string
  /** The newest one, which is the name of a file. */
  revision: string
  size: number
  /** In ms since 1970 UTC. */
  changedAt: number
}

export interface FolderRow {
  id: string
  name: string
  /** `null` for the root. */
  parent: string | null
  owner: string
}

/** One content that a document had, and the save of wopikit that it came of, if any. */
export interface RevisionRow {
  revision: string
  document: string
  saveId: string | null
  version: number | null
  author: string
  size: number
}

/** A file that is stored and durable, but in no table yet. */
export interface StoredFile {
  revision: string
  size: number
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS folders (
    id TEXT PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE, parent TEXT, owner TEXT NOT NULL,
    UNIQUE (parent, name));
  CREATE TABLE IF NOT EXISTS documents (
    id TEXT PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE, folder TEXT NOT NULL,
    owner TEXT NOT NULL, revision TEXT NOT NULL, size INTEGER NOT NULL,
    changedAt INTEGER NOT NULL,
    UNIQUE (folder, name));
  CREATE TABLE IF NOT EXISTS revisions (
    number INTEGER PRIMARY KEY, revision TEXT NOT NULL, document TEXT NOT NULL,
    saveId TEXT UNIQUE, version INTEGER, author TEXT NOT NULL, size INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS tokens (
    hash TEXT PRIMARY KEY, user TEXT NOT NULL, use TEXT NOT NULL, resource TEXT NOT NULL,
    expiresAt INTEGER NOT NULL);
  INSERT OR IGNORE INTO folders VALUES ('home', 'Home', NULL, 'ada');
`

export const ROOT = 'home'

/** What an application has already: its table of documents, and a folder of files. */
export interface Storage {
  database: DatabaseSync
  /** Stores bytes under a new name; durable when the promise resolves. */
  store(content: AsyncIterable<Uint8Array>): Promise<StoredFile>
  /** A part of a stored file, or all of it. */
  read(
    revision: string,
    range?: { start: number; end: number },
    signal?: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array> & AsyncDisposable>
  transaction<T>(act: () => T): T
}

export function openStorage(directory: string): Storage {
  const files = join(directory, 'revisions')
  mkdirSync(files, { recursive: true })
  const database = new DatabaseSync(join(directory, 'application.db'), { timeout: 5000 })
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec(SCHEMA)

  return {
    database,

    async store(content) {
      const revision = randomUUID()
      const unfinished = join(files, `${revision}.part`)
      try {
        await pipeline(content, createWriteStream(unfinished, { flush: true }))
      } catch (error) {
        // A save that fails is tried for ever: what it leaves each time would fill the disk.
        await rm(unfinished, { force: true })
        throw error
      }
      const { size } = await stat(unfinished)
      await rename(unfinished, join(files, revision))
      // The name itself has to be on the disk, too, before anybody is told of it.
      await using folder = await open(files)
      await folder.sync()
      return { revision, size }
    },

    async read(revision, range, signal) {
      signal?.throwIfAborted()
      const file = await open(join(files, revision))
      const { size } = await file.stat()
      const { start, end } = range ?? { start: 0, end: size }
      if (start < end && end <= size) return file.createReadStream({ start, end: end - 1, signal })
      await file.close()
      if (end > size) throw new RangeError(`${revision} has ${size} bytes, not ${end}`)
      return Object.assign(nothing(), { async [Symbol.asyncDispose]() {} })
    },

    transaction(act) {
      database.exec('BEGIN IMMEDIATE')
      try {
        const result = act()
        database.exec('COMMIT')
        return result
      } catch (error) {
        database.exec('ROLLBACK')
        throw error
      }
    },
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
