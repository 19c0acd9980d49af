import type { Chunk, RangeReader } from '../../src/protocol/chunking/chunk.ts'
import { type Chunked, createStreamChunker } from '../../src/protocol/chunking/stream-chunker.ts'
import { readZipDirectory } from '../../src/protocol/zip/central-directory.ts'
import type { ZipDirectory, ZipRefusal } from '../../src/protocol/zip/outcome.ts'

/** Chunks bytes that are pushed in pieces of `pieceLengths`, the rest in one piece. */
export function chunkOnce(
  bytes: Uint8Array,
  options: { directory?: ZipDirectory; pieceLengths?: readonly number[] } = {},
): Chunked {
  const { directory, pieceLengths = [] } = options
  const chunker = createStreamChunker(directory ? { directory } : {})
  let at = 0
  for (const length of pieceLengths) {
    chunker.push(bytes.subarray(at, at + length))
    at = Math.min(at + length, bytes.length)
  }
  chunker.push(bytes.subarray(at))
  return chunker.finish()
}

/** Chunks bytes with the help of their directory; its refusal, when it cannot be read. */
export async function chunkByDirectory(bytes: Uint8Array): Promise<Chunked | ZipRefusal> {
  const read = await readZipDirectory(readerOf(bytes), bytes.length)
  return read.ok ? chunkOnce(bytes, { directory: read.directory }) : read.reason
}

/** Chunks bytes as a host does: in one pass, and in a second one where that is needed. */
export async function chunkFully(bytes: Uint8Array): Promise<Chunked> {
  const walked = chunkOnce(bytes)
  if (!walked.needsDirectory) return walked
  const second = await chunkByDirectory(bytes)
  if (typeof second !== 'string') return second
  return { ...walked, needsDirectory: false, refusal: second }
}

/** Reads ranges of bytes in memory. */
export function readerOf(bytes: Uint8Array): RangeReader {
  return async (offset, length) => {
    if (offset < 0 || offset + length > bytes.length) throw new RangeError('Beyond the end')
    return bytes.slice(offset, offset + length)
  }
}

export interface CountingReader {
  read: RangeReader
  reads: number
  bytesRead: number
}

/** Counts what is asked of a reader. */
export function countReads(read: RangeReader): CountingReader {
  const counting: CountingReader = {
    reads: 0,
    bytesRead: 0,
    read: (offset, length) => {
      counting.reads += 1
      counting.bytesRead += length
      return read(offset, length)
    },
  }
  return counting
}

/** Reads a stream that is zeros up to `tailOffset`, except for the signature at its start. */
export function readerOfHugeZip(tailOffset: number, tail: Uint8Array): RangeReader {
  const head = new Uint8Array([0x50, 0x4b, 3, 4])
  return async (offset, length) => {
    const bytes = new Uint8Array(length)
    place(bytes, offset, head, 0)
    place(bytes, offset, tail, tailOffset)
    return bytes
  }
}

function place(target: Uint8Array, offset: number, source: Uint8Array, sourceOffset: number) {
  const start = Math.max(offset, sourceOffset)
  const end = Math.min(offset + target.length, sourceOffset + source.length)
  if (start >= end) return
  target.set(source.subarray(start - sourceOffset, end - sourceOffset), start - offset)
}

/** The bytes of each chunk. */
export function slicesOf(bytes: Uint8Array, chunks: readonly Chunk[]): Uint8Array[] {
  let offset = 0
  return chunks.map(({ length }) => {
    offset += length
    return bytes.subarray(offset - length, offset)
  })
}

/** The lengths of chunks, in bytes. */
export function lengthsOf(chunks: readonly Chunk[]): number[] {
  return chunks.map((chunk) => chunk.length)
}
