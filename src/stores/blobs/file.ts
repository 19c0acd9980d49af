import { dirname, join, resolve } from 'node:path'
import {
  BlobExistsError,
  BlobNotFoundError,
  type BlobStore,
  BlobStoreFullError,
} from '../../ports/blob-store.ts'
import { checkBlobKey, checkBlobPrefix, checkRange } from './blob-key.ts'
import { BatchedWriter } from './file/batched-writer.ts'
import { createBlockPool } from './file/block-pool.ts'
import { createDirectories } from './file/directories.ts'
import { FileReader } from './file/file-reader.ts'
import { createFreeSpace } from './file/free-space.ts'
import { hasCode, type SystemCalls, systemCalls } from './file/system-calls.ts'
import { removeAbandoned, temporaryName } from './file/temporary-files.ts'
import { BLOB_SUFFIX, walk } from './file/walk.ts'
import { createPuller } from './puller.ts'

/** Space that new blobs leave free, in bytes: room for the metadata that lets old ones go. */
const RESERVE_BYTES = 256 * 1024 * 1024
/** No part of a key begins with a dot. */
const TEMPORARY_DIRECTORY = '.tmp'

export interface FileBlobStoreOptions {
  /** Where the blobs go; it is created when the first one comes. */
  directory: string
  /** Space on the disk below which new blobs are refused, in bytes (default: 256 MiB). */
  reserveBytes?: number
  /** @internal The clock, in ms since 1970 UTC (default: `Date.now`). */
  now?: () => number
  /** @internal What to use instead of the operating system's file functions, in tests. */
  calls?: SystemCalls
}

/**
 * A BlobStore in a directory: the parts of a key are directories, the last one is the file. The
 * file system must know hard links, and several processes may use the directory at once.
 *
 * A blob is written beside its place, synced, and then linked into it, which fails where there is
 * one already; at last the directory is synced. `fdatasync` is enough for the blob: it covers the
 * bytes and the length, and nothing asks for the file's times.
 */
export function createFileBlobStore(options: FileBlobStoreOptions): BlobStore {
  const { reserveBytes = RESERVE_BYTES, now = Date.now, calls = systemCalls } = options
  const root = resolve(options.directory)
  const temporary = join(root, TEMPORARY_DIRECTORY)
  const directories = createDirectories(calls, root)
  const pool = createBlockPool()
  const space = createFreeSpace(calls, { directory: root, reserveBytes, now })

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
      const beside = join(temporary, temporaryName())
      const made = directories.ensure(dirname(target))
      made.catch(() => {})
      try {
        const length = await writeFile(beside, content, signal)
        await made
        await publish(beside, target, key)
        return { length }
      } catch (error) {
        await Promise.allSettled([made, calls.unlink(beside)])
        throw hasCode(error, 'ENOSPC', 'EDQUOT') ? diskFull(root, error) : error
      }
    },

    async open(key, { range, signal } = {}) {
      const path = pathOf(key)
      signal?.throwIfAborted()
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

    async delete(key) {
      const path = pathOf(key)
      await calls.unlink(path).catch((error) => {
        if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error
      })
    },

    async *list(prefix, { signal } = {}) {
      checkBlobPrefix(prefix)
      signal?.throwIfAborted()
      yield* walk(join(root, prefix), prefix, signal)
    },

    async cleanUp() {
      await directories.ensure(temporary)
      await removeAbandoned(calls, temporary, now())
    },
  }

  async function writeFile(
    path: string,
    content: AsyncIterable<Uint8Array>,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const file = calls.open(path, 'wx')
    file.catch(() => {})
    const puller = createPuller(content, signal)
    const writer = new BatchedWriter(calls, file)
    try {
      for (let step = await puller.next(); !step.done; step = await puller.next()) {
        const room = writer.add(step.value)
        if (room) await Promise.all([room, space.check()])
      }
      const length = await writer.finish()
      signal?.throwIfAborted()
      return length
    } finally {
      puller.close()
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
