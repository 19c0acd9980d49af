import { dirname, join, resolve } from 'node:path'
import { type BlobStore, BlobStoreFullError, type StoredBlob } from '../../ports/blob-store.ts'
import type { Log } from '../../ports/log.ts'
import { checkBlobKey, checkBlobPrefix } from './blob-key.ts'
import { type AppendedBlobs, createAppendedBlobs } from './file/appended/appended-blobs.ts'
import { createBlockPool } from './file/block-pool.ts'
import { createDirectories } from './file/directories.ts'
import { createFreeSpace, type FreeSpace } from './file/free-space.ts'
import { gather } from './file/gather.ts'
import { createOwnFiles, type OwnFiles } from './file/own-files.ts'
import { hasCode, type SystemCalls, systemCalls } from './file/system-calls.ts'
import { removeAbandoned } from './file/temporary-files.ts'
import { BLOB_SUFFIX, walk } from './file/walk.ts'
import { createPuller } from './puller.ts'

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
  const pathOf = (key: string) => {
    checkBlobKey(key)
    return join(root, ...key.split('/')) + BLOB_SUFFIX
  }
  const ownFiles = createOwnFiles({ calls, directories, pool, temporary, pathOf })
  const appended = createAppendedBlobs({ calls, directories, pool, now, ownFiles })
  const store = createStoring({ space, appended, ownFiles, pathOf, appendedBelowBytes })

  return {
    async put(key, content, { signal } = {}) {
      checkBlobKey(key)
      signal?.throwIfAborted()
      await directories.ensure(temporary)
      await space.check()
      try {
        return await store(key, content, signal)
      } catch (error) {
        // Somebody has removed a folder: the next blob makes it again.
        if (hasCode(error, 'ENOENT')) directories.forget()
        throw hasCode(error, 'ENOSPC', 'EDQUOT') ? diskFull(root, error) : error
      }
    },

    async open(key, { range, locator, signal } = {}) {
      const path = pathOf(key)
      signal?.throwIfAborted()
      const opened =
        locator && (await appended.open(dirname(path), { key, locator, range, signal }))
      if (opened) return opened
      return ownFiles.open(key, { range, signal })
    },

    async delete(key, { locator } = {}) {
      const path = pathOf(key)
      // In this order: whoever moves the blob out meanwhile looks for the mark afterwards.
      if (locator) await appended.delete(dirname(path), { key, locator })
      await ownFiles.delete(key)
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
}

/** Creates what decides, once enough of a blob has come, whether it shares a file. */
function createStoring(options: {
  space: FreeSpace
  appended: AppendedBlobs
  ownFiles: OwnFiles
  pathOf(key: string): string
  appendedBelowBytes: number
}) {
  const { space, appended, ownFiles, pathOf, appendedBelowBytes } = options
  const budget = { maxBytes: GATHERED_MAX_BYTES, usedBytes: 0 }

  return async (
    key: string,
    content: AsyncIterable<Uint8Array>,
    signal: AbortSignal | undefined,
  ): Promise<StoredBlob> => {
    const puller = createPuller(content, signal)
    try {
      const small = await gather(puller, budget, appendedBelowBytes)
      const { pieces, length, isWhole, release } = small
      using _ = { [Symbol.dispose]: release }
      if (!isWhole) return await ownFiles.put(key, { pieces, take: space.take }, puller, signal)
      signal?.throwIfAborted()
      await space.take(length)
      const locator = await appended.append(dirname(pathOf(key)), { key, pieces, length })
      return { length, locator }
    } finally {
      puller.close()
    }
  }
}

function diskFull(directory: string, cause: unknown): BlobStoreFullError {
  return new BlobStoreFullError(`No space is left in ${directory}`, { cause })
}
