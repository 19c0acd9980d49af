import { dirname, join, resolve } from 'node:path'
import {
  BlobExistsError,
  BlobNotFoundError,
  type BlobStore,
  BlobStoreFullError,
  type StoredBlob,
} from '../../ports/blob-store.ts'
import type { Log } from '../../ports/log.ts'
import { checkBlobKey, checkBlobPrefix, checkRange } from './blob-key.ts'
import { createAppendedBlobs } from './file/appended/appended-blobs.ts'
import { BatchedWriter } from './file/batched-writer.ts'
import { createBlockPool } from './file/block-pool.ts'
import { createDirectories } from './file/directories.ts'
import { FileReader } from './file/file-reader.ts'
import { createFreeSpace } from './file/free-space.ts'
import { gather } from './file/gather.ts'
import { hasCode, type SystemCalls, systemCalls } from './file/system-calls.ts'
import { removeAbandoned, temporaryName } from './file/temporary-files.ts'
import { BLOB_SUFFIX, walk } from './file/walk.ts'
import { createPuller, type Puller } from './puller.ts'

/** Space that new blobs leave free, in bytes: room for the metadata that lets old ones go. */
const RESERVE_BYTES = 256 * 1024 * 1024
/**
 * Blobs that are smaller share files; larger ones have a file of their own, in bytes. Until then
 * nothing of a blob is written, which is as much as a writer gathers anyway.
 */
const APPENDED_BELOW_BYTES = 512 * 1024
/** Memory in which small blobs wait for their end; when it is used up, they get own files, too. */
const GATHERED_MAX_BYTES = 32 * 1024 * 1024
/** No part of a key begins with a dot. */
const TEMPORARY_DIRECTORY = '.tmp'

/** What a power cut may do where directories cannot be synced. */
const NAMES_NOT_DURABLE =
  'This system cannot sync directories: a power cut may lose the last saves (docs/platforms.md)'

/** What is known of a blob when its file is begun. */
interface Beginning {
  /** Its first bytes. */
  pieces: readonly Uint8Array[]
  /** Takes room for bytes before they are written. */
  take(bytes: number): Promise<void>
}

export interface FileBlobStoreOptions {
  /** Where the blobs go; the first one creates it, for the owner only. */
  directory: string
  /** Space on the disk below which new blobs are refused, in bytes (default: 256 MiB). */
  reserveBytes?: number
  /** @internal Blobs of fewer bytes share files (default: 512 KiB). */
  appendedBelowBytes?: number
  /** Told once when the system cannot make new files durable (default: nobody is). */
  log?: Log
  /** @internal The clock, in ms since 1970 UTC (default: `Date.now`). */
  now?: () => number
  /** @internal What to use instead of the operating system's file functions, in tests. */
  calls?: SystemCalls
}

/**
 * A BlobStore in a directory: the parts of a key are directories, the last one is the file. The
 * file system must know hard links, and several processes may use the directory at once.
 *
 * A large blob is written beside its place, synced, and then linked into it, which fails where there
 * is one already; at last the directory is synced. `fdatasync` is enough for the blob: it covers the
 * bytes and the length, and nothing asks for the file's times.
 *
 * A small one is gathered in memory, so that a slow sender holds nobody up, and appended to a file
 * that this process keeps for its directory: with one sync, and no new name. Its locator tells where.
 * When that file is gone, what lived in it has files of its own, as if it were large.
 *
 * @example
 * ```ts
 * import { createFileBlobStore } from 'wopikit/file'
 *
 * const blobs = createFileBlobStore({ directory: `${folder}/packs` })
 * async function* content() {
 *   yield new TextEncoder().encode('immutable')
 * }
 * const { length } = await blobs.put('documents/first', content())
 *
 * assert.equal(length, 9)
 * ```
 */
export function createFileBlobStore(options: FileBlobStoreOptions): BlobStore {
  const { reserveBytes = RESERVE_BYTES, now = Date.now, calls = systemCalls } = options
  const { appendedBelowBytes = APPENDED_BELOW_BYTES, log } = options
  const root = resolve(options.directory)
  const temporary = join(root, TEMPORARY_DIRECTORY)
  const directories = createDirectories(calls, {
    root,
    onUnsynced: (err) => log?.warn({ err, directory: root }, NAMES_NOT_DURABLE),
  })
  const pool = createBlockPool()
  const space = createFreeSpace(calls, { directory: root, reserveBytes, now })
  const budget = { maxBytes: GATHERED_MAX_BYTES, usedBytes: 0 }
  const appended = createAppendedBlobs({ calls, directories, pool, now, storeAlone, deleteAlone })

  const pathOf = (key: string) => {
    checkBlobKey(key)
    return join(root, ...key.split('/')) + BLOB_SUFFIX
  }

  return {
    async put(key, content, { signal } = {}) {
      const target = pathOf(key)
      signal?.throwIfAborted()
      await directories.ensure(temporary)
      await space.check()
      const puller = createPuller(content, signal)
      try {
        const small = await gather(puller, budget, appendedBelowBytes)
        const { pieces, length, isWhole, release } = small
        using _ = { [Symbol.dispose]: release }
        if (!isWhole) return await putAlone(key, { pieces, take: space.take }, puller, signal)
        signal?.throwIfAborted()
        await space.take(length)
        const locator = await appended.append(dirname(target), { key, pieces, length })
        return { length, locator }
      } catch (error) {
        // Somebody has removed a folder: the next blob makes it again.
        if (hasCode(error, 'ENOENT')) directories.forget()
        throw hasCode(error, 'ENOSPC', 'EDQUOT') ? diskFull(root, error) : error
      } finally {
        puller.close()
      }
    },

    async open(key, { range, locator, signal } = {}) {
      const path = pathOf(key)
      signal?.throwIfAborted()
      const opened =
        locator && (await appended.open(dirname(path), { key, locator, range, signal }))
      if (opened) return opened
      const fd = await openBlob(path, key)
      try {
        const length = await calls.size(fd)
        const wanted = range ?? { start: 0, end: length }
        checkRange(wanted.start, wanted.end, length)
        return new FileReader({ calls, pool }, { fd, range: wanted, signal })
      } catch (error) {
        await calls.close(fd)
        throw error
      }
    },

    async delete(key, { locator } = {}) {
      const path = pathOf(key)
      // In this order: whoever moves the blob out meanwhile looks for the mark afterwards.
      if (locator) await appended.delete(dirname(path), { key, locator })
      await deleteAlone(key)
    },

    async *list(prefix, { signal } = {}) {
      checkBlobPrefix(prefix)
      signal?.throwIfAborted()
      yield* walk(join(root, prefix), { prefix, appended, signal })
    },

    async checkRoom() {
      await directories.ensure(root)
      await space.check()
    },

    async cleanUp() {
      await directories.ensure(temporary)
      await removeAbandoned(calls, temporary, now())
    },
  }

  async function storeAlone(key: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const puller = createPuller(content, undefined)
    try {
      // It moves what lives out of a file that then goes, so it may use the reserve.
      await putAlone(key, { pieces: [], take: async () => {} }, puller, undefined)
    } catch (error) {
      if (!(error instanceof BlobExistsError)) throw error
    } finally {
      puller.close()
    }
  }

  async function deleteAlone(key: string): Promise<void> {
    await calls.unlink(pathOf(key)).catch((error) => {
      if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error
    })
  }

  /** Stores a blob in a file of its own: what was gathered, and what comes after it. */
  async function putAlone(
    key: string,
    gathered: Beginning,
    puller: Puller,
    signal: AbortSignal | undefined,
  ): Promise<StoredBlob> {
    const target = pathOf(key)
    const beside = join(temporary, temporaryName())
    const made = directories.ensure(dirname(target))
    made.catch(() => {})
    try {
      const length = await writeFile(beside, gathered, puller)
      signal?.throwIfAborted()
      await made
      await publish(beside, target, key)
      return { length }
    } catch (error) {
      await Promise.allSettled([made, calls.unlink(beside)])
      throw error
    }
  }

  async function writeFile(
    path: string,
    { pieces, take }: Beginning,
    puller: Puller,
  ): Promise<number> {
    const file = calls.open(path, 'wx')
    file.catch(() => {})
    const writer = new BatchedWriter(calls, file)
    let untakenBytes = 0
    const takeSpace = () => {
      const bytes = untakenBytes
      untakenBytes = 0
      return take(bytes)
    }
    const add = async (bytes: Uint8Array) => {
      const room = writer.add(bytes)
      untakenBytes += bytes.length
      if (room) await Promise.all([room, takeSpace()])
    }
    try {
      for (const piece of pieces) await add(piece)
      for (let step = await puller.next(); !step.done; step = await puller.next())
        await add(step.value)
      await takeSpace()
      return await writer.finish()
    } finally {
      await writer.settle()
      await file.then((fd) => calls.close(fd))
    }
  }

  async function publish(beside: string, target: string, key: string): Promise<void> {
    try {
      await calls.link(beside, target)
    } catch (cause) {
      throw hasCode(cause, 'EEXIST') ? new BlobExistsError(key, { cause }) : cause
    }
    // Before the sync and not beside it, so that one journal commit covers both names.
    await calls.unlink(beside)
    await directories.sync(dirname(target))
  }

  async function openBlob(path: string, key: string): Promise<number> {
    try {
      return await calls.open(path, 'r')
    } catch (cause) {
      throw hasCode(cause, 'ENOENT', 'ENOTDIR') ? new BlobNotFoundError(key, { cause }) : cause
    }
  }
}

function diskFull(directory: string, cause: unknown): BlobStoreFullError {
  return new BlobStoreFullError(`No space is left in ${directory}`, { cause })
}
