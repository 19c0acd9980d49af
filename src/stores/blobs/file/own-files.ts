import { dirname, join } from 'node:path'
import {
  BlobExistsError,
  BlobNotFoundError,
  type ByteRange,
  type OpenedBytes,
  type StoredBlob,
} from '../../../ports/blob-store.ts'
import { checkRange } from '../blob-key.ts'
import { createPuller, type Puller } from '../puller.ts'
import { BatchedWriter } from './batched-writer.ts'
import type { BlockPool } from './block-pool.ts'
import type { Directories } from './directories.ts'
import { FileReader } from './file-reader.ts'
import { hasCode, type SystemCalls } from './system-calls.ts'
import { temporaryName } from './temporary-files.ts'

/** What is known of a blob when its file is begun. */
interface Beginning {
  /** Its first bytes. */
  pieces: readonly Uint8Array[]
  /** Takes room for bytes before they are written. */
  take(bytes: number): Promise<void>
}

/** Blobs that have a file of their own. */
export interface OwnFiles {
  /**
   * Stores a blob: what was gathered of it, and what comes after that.
   *
   * @throws BlobExistsError when there is one of this key
   */
  put(
    key: string,
    gathered: Beginning,
    puller: Puller,
    signal: AbortSignal | undefined,
  ): Promise<StoredBlob>
  /** Stores a blob that is moved here; one that is there already is no error. */
  storeMoved(key: string, content: AsyncIterable<Uint8Array>): Promise<void>
  /** @throws BlobNotFoundError; RangeError when `range` reaches past the end */
  open(
    key: string,
    options: { range: ByteRange | undefined; signal: AbortSignal | undefined },
  ): Promise<OpenedBytes>
  /** Deletes a blob; one that is not there is no error. */
  delete(key: string): Promise<void>
}

/** @param options.temporary the directory in which files are written before they are linked */
export function createOwnFiles(options: {
  calls: SystemCalls
  directories: Directories
  pool: BlockPool
  temporary: string
  pathOf(key: string): string
}): OwnFiles {
  const { calls, directories, pool, temporary, pathOf } = options

  async function put(
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
      const length = await writeFile(calls, beside, gathered, puller)
      signal?.throwIfAborted()
      await made
      await publish(beside, target, key)
      return { length }
    } catch (error) {
      await Promise.allSettled([made, calls.unlink(beside)])
      throw error
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

  return {
    put,

    async storeMoved(key, content) {
      const puller = createPuller(content, undefined)
      try {
        // It moves what lives out of a file that then goes, so it may use the reserve.
        await put(key, { pieces: [], take: async () => {} }, puller, undefined)
      } catch (error) {
        if (!(error instanceof BlobExistsError)) throw error
      } finally {
        puller.close()
      }
    },

    async open(key, { range, signal }) {
      const path = pathOf(key)
      const fd = await openBlob(calls, path, key)
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
      await calls.unlink(pathOf(key)).catch((error) => {
        if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error
      })
    },
  }
}

async function writeFile(
  calls: SystemCalls,
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

async function openBlob(calls: SystemCalls, path: string, key: string): Promise<number> {
  try {
    return await calls.open(path, 'r')
  } catch (cause) {
    throw hasCode(cause, 'ENOENT', 'ENOTDIR') ? new BlobNotFoundError(key, { cause }) : cause
  }
}
