import { constants, type Stats } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { ContentSource } from '../client/source.ts'

/** An open file as the source of an upload, or the base of a download. */
export type FileSource = ContentSource & AsyncDisposable

/** Opens for reading without waiting for a writer of a FIFO. Windows has no such flag. */
export const READ_AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** @throws Error that says why the file cannot be read, or that it is not a file */
export async function openFileSource(path: string): Promise<FileSource> {
  const file = await open(path, READ_AT_ONCE).catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? 'there is no such file' : cause.message
    throw new Error(`${path} cannot be read: ${reason}; check the path`, { cause })
  })
  const stats: Stats = await file.stat()
  if (!stats.isFile()) {
    await file.close()
    throw new Error(`${path} is not a file`)
  }
  return {
    size: stats.size,
    read: (offset, length) => readExactly(file, path, offset, length),
    [Symbol.asyncDispose]: () => file.close(),
  }
}

async function readExactly(
  file: FileHandle,
  path: string,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled)
    if (bytesRead === 0)
      throw new Error(
        `${path} became shorter while it was read. Try again when nothing writes to it`,
      )
    filled += bytesRead
  }
  return bytes
}
