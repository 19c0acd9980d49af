import { constants, type Stats, write as writeTo } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'

/** Where bytes are poured. */
export interface PourTarget {
  path: string
  there: Stats
  /** An open file; without it, `path` is opened. */
  descriptor?: number
}

const write = promisify(writeTo)
const COPY_BYTES = 64 * 1024
/** How often to check whether a FIFO has a reader, in ms. */
const READER_CHECK_MS = 100
/** How often to check whether a full pipe has room, in ms. */
const ROOM_CHECK_MS = 2

/**
 * Writes a whole file to a FIFO or a device, from start to end. It waits for the reader of a FIFO.
 * After an abort, the reader has a part of the file.
 *
 * @throws Error of the file system; the reason of `signal`
 */
export async function pour(
  source: FileHandle,
  { path, there, descriptor }: PourTarget,
  signal?: AbortSignal,
): Promise<void> {
  if (descriptor !== undefined) return await copy(source, descriptor, signal)
  const target = await openForWriting(path, there, signal)
  try {
    await copy(source, target.fd, signal)
  } finally {
    await target.close()
  }
}

async function openForWriting(
  path: string,
  there: Stats,
  signal?: AbortSignal,
): Promise<FileHandle> {
  const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_TRUNC
  for (;;) {
    try {
      return await open(path, flags)
    } catch (error) {
      const hasNoReader = there.isFIFO() && (error as NodeJS.ErrnoException).code === 'ENXIO'
      if (!hasNoReader) throw error
      await wait(READER_CHECK_MS, undefined, { signal })
    }
  }
}

async function copy(source: FileHandle, target: number, signal?: AbortSignal): Promise<void> {
  const buffer = Buffer.alloc(COPY_BYTES)
  for (let position = 0; ; ) {
    const { bytesRead } = await source.read(buffer, 0, COPY_BYTES, position)
    if (bytesRead === 0) return
    await writeAll(target, buffer.subarray(0, bytesRead), signal)
    position += bytesRead
  }
}

async function writeAll(target: number, bytes: Buffer, signal?: AbortSignal): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    signal?.throwIfAborted()
    try {
      done += (await write(target, bytes, done, bytes.length - done, null)).bytesWritten
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      await wait(ROOM_CHECK_MS, undefined, { signal })
    }
  }
}
