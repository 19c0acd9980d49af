import type { ChunkId, PlacedChunk, RangeReader, StreamChunks } from '../protocol/chunking/chunk.ts'
import { createStreamChunker } from '../protocol/chunking/stream-chunker.ts'
import { placeChunks } from '../protocol/signature.ts'
import { chunkIdOf } from '../protocol/spooky/spooky.ts'
import { readZipDirectory } from '../protocol/zip/central-directory.ts'

/** A document that is read in ranges, so that it is never in memory as a whole. */
export interface ContentSource {
  /** In bytes. */
  readonly size: number
  /** Reads `length` bytes from `offset` on; rejects when it cannot give all of them. */
  read: RangeReader
}

/** A document cut into chunks, each with its place. */
export interface ChunkedDocument extends StreamChunks {
  readonly placed: readonly PlacedChunk[]
}

/** Options of work that reads a document from end to end. */
export interface ReadingOptions {
  signal?: AbortSignal | undefined
  /** Bytes read so far. */
  onRead?: ((bytes: number) => void) | undefined
}

const READ_BYTES = 1024 * 1024
const WINDOW_BYTES = 256 * 1024

/** A `Blob` or `File` of a browser as a source. */
export function blobSource(blob: Blob): ContentSource {
  return {
    size: blob.size,
    async read(offset, length) {
      const bytes = new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer())
      if (bytes.length !== length) throw shortRead(offset, length, blob.size)
      return bytes
    },
  }
}

/** Bytes in memory as a source. */
export function bytesSource(bytes: Uint8Array): ContentSource {
  return {
    size: bytes.length,
    async read(offset, length) {
      if (offset + length > bytes.length) throw shortRead(offset, length, bytes.length)
      return bytes.subarray(offset, offset + length)
    },
  }
}

/** Cuts a document as a host does: page "chunk-streams". One pass over its bytes. */
export async function chunkDocument(
  source: ContentSource,
  { signal, onRead }: ReadingOptions = {},
): Promise<ChunkedDocument> {
  const found = await readZipDirectory(source.read, source.size)
  const chunker = createStreamChunker(found.ok ? { directory: found.directory } : {})
  for (let offset = 0; offset < source.size; offset += READ_BYTES) {
    signal?.throwIfAborted()
    chunker.push(await source.read(offset, Math.min(READ_BYTES, source.size - offset)))
    onRead?.(Math.min(offset + READ_BYTES, source.size))
  }
  const chunked = chunker.finish()
  return { ...chunked, placed: placeChunks(chunked.chunks) }
}

/** A short name for the exact list of chunks. */
export function digestOfChunks({ scheme, chunks }: StreamChunks): ChunkId {
  const text = chunks.map(({ id, length }) => `${id} ${length}`).join('\n')
  return chunkIdOf(new TextEncoder().encode(`${scheme}\n${text}`))
}

/** Spares a source many small reads of neighbouring bytes by reading ahead a little. */
export function readAhead(source: ContentSource): RangeReader {
  let start = 0
  let window: Uint8Array = new Uint8Array(0)
  return async (offset, length) => {
    if (length >= WINDOW_BYTES) return source.read(offset, length)
    if (offset < start || offset + length > start + window.length) {
      window = await source.read(offset, Math.min(WINDOW_BYTES, source.size - offset))
      start = offset
    }
    return window.subarray(offset - start, offset - start + length)
  }
}

function shortRead(offset: number, length: number, size: number): RangeError {
  return new RangeError(`Cannot read ${length} bytes at ${offset}: the source has ${size}`)
}
