import { join } from 'node:path'
import type { Directories } from '../directories.ts'
import type { SystemCalls } from '../system-calls.ts'
import {
  LAST_UNIT,
  newRun,
  PACKS_SUFFIX,
  packFileName,
  readPackFileName,
  unitsOf,
  writeLocator,
} from './layout.ts'
import { type NewRecord, PackFile } from './pack-file.ts'

/** How long after it was made a file is appended to, in ms. */
const APPENDED_FOR_MS = 60 * 60 * 1000
/** After this time no process appends to a file any more, however wrong its clock is, in ms. */
const SETTLED_AFTER_MS = 25 * APPENDED_FOR_MS
/** Directories whose file is remembered; one that is forgotten gets another file. */
const REMEMBERED_MAX = 1000

/** The files that this process appends to: one for each directory, so that each document has its own. */
export interface OpenFiles {
  /** Whether a file could hold this record at all. */
  canHold(record: NewRecord): boolean
  /** Appends a record to a file of its directory. @returns the locator, once it is durable */
  append(directory: string, record: NewRecord): Promise<string>
  /** Makes sure that nobody appends to a file any more. @returns false while somebody may */
  settle(directory: string, name: string): boolean
}

/** A file that is appended to, or may be. */
interface OpenFile {
  file: PackFile
  name: string
  createdAt: number
  /** How many records are on their way into it. */
  users: number
}

export function createOpenFiles(
  calls: SystemCalls,
  directories: Directories,
  now: () => number,
): OpenFiles {
  const run = newRun()
  /** By directory; the one that was used last comes last. */
  const current = new Map<string, OpenFile>()
  /** By name, also those that are full and still have users. */
  const open = new Map<string, OpenFile>()

  return {
    canHold: ({ key, length }) => unitsOf(key.length, length) <= LAST_UNIT,

    async append(directory, record) {
      const entry = fileFor(directory, record)
      entry.users += 1
      try {
        return writeLocator(await entry.file.append(record))
      } finally {
        entry.users -= 1
        if (current.get(directory) !== entry) drop(entry)
      }
    },

    settle(directory, name) {
      const made = readPackFileName(name)
      if (!made) return false
      if (made.run !== run) return now() - made.createdAt > SETTLED_AFTER_MS
      const entry = open.get(name)
      if (entry && entry.users > 0) return false
      if (entry && current.get(directory) === entry) current.delete(directory)
      open.delete(name)
      return true
    },
  }

  function fileFor(directory: string, record: NewRecord): OpenFile {
    const known = current.get(directory)
    current.delete(directory)
    if (known && isOpenFor(known, record)) {
      current.set(directory, known)
      return known
    }
    if (known) drop(known)
    const entry = begin(directory)
    current.set(directory, entry)
    open.set(entry.name, entry)
    if (current.size > REMEMBERED_MAX) forgetOldest()
    return entry
  }

  function isOpenFor({ file, createdAt }: OpenFile, record: NewRecord): boolean {
    return Math.abs(now() - createdAt) < APPENDED_FOR_MS && file.takes(record)
  }

  function begin(directory: string): OpenFile {
    const createdAt = now()
    const name = packFileName(createdAt, run)
    const path = join(directory, `${name}${PACKS_SUFFIX}`)
    return { file: new PackFile({ calls, directories }, { path, name }), name, createdAt, users: 0 }
  }

  function forgetOldest(): void {
    const [oldest] = current
    if (!oldest) return
    current.delete(oldest[0])
    drop(oldest[1])
  }

  function drop(entry: OpenFile): void {
    if (entry.users === 0) open.delete(entry.name)
  }
}
