import { join } from 'node:path'
import type { ByteRange, ListedBlob, OpenedBytes } from '../../../../ports/blob-store.ts'
import { checkRange } from '../../blob-key.ts'
import type { BlockPool } from '../block-pool.ts'
import type { Directories } from '../directories.ts'
import { FileReader } from '../file-reader.ts'
import type { OwnFiles } from '../own-files.ts'
import type { SystemCalls } from '../system-calls.ts'
import { writeAll } from '../write-all.ts'
import {
  deletedByteOf,
  headerBytesOf,
  PACKS_SUFFIX,
  packFileNameOf,
  readLocator,
  UNIT_BYTES,
  writeLocator,
} from './layout.ts'
import { createOpenFiles } from './open-files.ts'
import { deletedBytes, type NewRecord } from './pack-file.ts'
import { findRecord, openIfThere, readRecords } from './read-records.ts'
import { createReclaimer, isMostlyDead, unitsIn } from './reclaim.ts'

/** A blob to open, or a range of it, and where it is. */
interface LocatedBlob {
  key: string
  locator: string
  range: ByteRange | undefined
  signal: AbortSignal | undefined
}

/** Blobs that share files with others of their directory. */
export interface AppendedBlobs {
  /** Appends a whole blob to a file of its directory. @returns its locator, once it is durable */
  append(directory: string, record: NewRecord): Promise<string>
  /** Opens a blob; `undefined` when it is not where the locator says, or was deleted. */
  open(directory: string, blob: LocatedBlob): Promise<OpenedBytes | undefined>
  /** Deletes a blob, and frees the space of its file when little else is in it. */
  delete(directory: string, blob: { key: string; locator: string }): Promise<void>
  /**
   * The blobs in a file whose keys are `prefix` and one part more; none if it is no pack file.
   *
   * @returns whether the file is mostly dead, for `reclaim`
   */
  list(directory: string, prefix: string, fileName: string): AsyncGenerator<ListedBlob, boolean>
  /** Frees the space of a file in which little is alive and to which nobody appends. */
  reclaim(directory: string, fileName: string): Promise<void>
}

/** @param options.ownFiles where blobs go whose pack file is given up */
export function createAppendedBlobs(options: {
  calls: SystemCalls
  directories: Directories
  pool: BlockPool
  now: () => number
  ownFiles: Pick<OwnFiles, 'storeMoved' | 'delete'>
}): AppendedBlobs {
  const { calls, directories, pool, now } = options
  const files = createOpenFiles(calls, directories, now)
  const reclaimer = createReclaimer({ ...options, files })

  return {
    append: (directory, record) => files.append(directory, record),

    open: (directory, blob) => openRecord({ calls, pool }, directory, blob),

    async delete(directory, { key, locator }) {
      const { name, unit } = readLocator(locator)
      const path = join(directory, name + PACKS_SUFFIX)
      const file = await openIfThere(calls, path, 'r+')
      if (file === undefined) return
      let seemsDead = false
      try {
        const record = await findRecord(calls, file, { key, unit })
        if (!record) return
        await writeAll(calls, file, [deletedBytes(record.units)], deletedByteOf(unit))
        seemsDead = await reclaimer.seemsDead(file)
      } finally {
        await calls.close(file)
      }
      if (seemsDead) await reclaimer.reclaim(directory, name)
    },

    async *list(directory, prefix, fileName) {
      const name = packFileNameOf(fileName)
      if (name === undefined) return false
      const file = await openIfThere(calls, join(directory, fileName), 'r')
      if (file === undefined) return false
      let live = 0
      try {
        for await (const { key, unit, units, length, isDeleted } of readRecords(calls, file)) {
          if (isDeleted) continue
          live += units
          if (isDirectlyIn(prefix, key))
            yield { key, length, locator: writeLocator({ name, unit }) }
        }
        return isMostlyDead({ live, all: unitsIn(await calls.size(file)) })
      } finally {
        await calls.close(file)
      }
    },

    async reclaim(directory, fileName) {
      const name = packFileNameOf(fileName)
      if (name !== undefined) await reclaimer.reclaim(directory, name)
    },
  }
}

function isDirectlyIn(prefix: string, key: string): boolean {
  return key.startsWith(prefix) && !key.includes('/', prefix.length)
}

/** What records are read with. */
interface Reading {
  calls: SystemCalls
  pool: BlockPool
}

async function openRecord(
  { calls, pool }: Reading,
  directory: string,
  { key, locator, range, signal }: LocatedBlob,
): Promise<OpenedBytes | undefined> {
  const { name, unit } = readLocator(locator)
  if (range) checkRange(range.start, range.end, Number.MAX_SAFE_INTEGER)
  const file = await openIfThere(calls, join(directory, name + PACKS_SUFFIX), 'r')
  if (file === undefined) return undefined
  const place = { fd: file, first: unit * UNIT_BYTES + headerBytesOf(key), signal }
  // A range is read while its record is looked at: one wait less for each of many small packs.
  const early = range && readerOf({ calls, pool }, place, range)
  const close = () => early?.[Symbol.asyncDispose]() ?? calls.close(file)
  try {
    const record = await findRecord(calls, file, { key, unit })
    if (record && !record.isDeleted) {
      if (range) checkRange(range.start, range.end, record.length)
      return early ?? readerOf({ calls, pool }, place, { start: 0, end: record.length })
    }
  } catch (error) {
    await close()
    throw error
  }
  await close()
  return undefined
}

function readerOf(
  { calls, pool }: Reading,
  { fd, first, signal }: { fd: number; first: number; signal: AbortSignal | undefined },
  { start, end }: ByteRange,
): FileReader {
  const range = { start: first + start, end: first + end }
  return new FileReader({ calls, pool }, { fd, range, signal })
}
