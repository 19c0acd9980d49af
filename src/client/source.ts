import type { RangeReader } from '../protocol/chunking/chunk.ts'
import { sourceChanged } from './errors.ts'

/** A document that is read in ranges, so that it is never in memory as a whole. */
export interface ContentSource {
  /** In bytes. */
  readonly size: number
  /** Reads `length` bytes from `offset` on; rejects when it cannot give all of them. */
  read: RangeReader
}

const WINDOW_BYTES = 256 * 1024

/** What browsers say of a picked file that was written, moved or deleted since. */
const GONE = ['NotReadableError', 'NotFoundError']

/**
 * A `Blob` or `File` of a browser as a source. Its `read` throws WopiClientError `SOURCE_CHANGED` when
 * a picked file is not any more what it was.
 *
 * @example
 * ```ts
 * import { blobSource } from 'wopikit/client'
 *
 * const source = blobSource(new Blob(['The content of a file input']))
 *
 * assert.equal(source.size, 27)
 * ```
 */
export function blobSource(blob: Blob): ContentSource {
  return {
    size: blob.size,
    async read(offset, length) {
      const part = blob.slice(offset, offset + length)
      const bytes = await part.arrayBuffer().catch((error: unknown) => {
        const gone = error instanceof DOMException && GONE.includes(error.name)
        throw gone ? sourceChanged('Reading', error) : error
      })
      if (bytes.byteLength !== length) throw shortRead(offset, length, blob.size)
      return new Uint8Array(bytes)
    },
  }
}

/**
 * Bytes in memory as a source.
 *
 * @example
 * ```ts
 * import { bytesSource } from 'wopikit/client'
 *
 * const source = bytesSource(new Uint8Array([1, 2, 3]))
 *
 * assert.deepEqual(await source.read(1, 2), new Uint8Array([2, 3]))
 * ```
 */
export function bytesSource(bytes: Uint8Array): ContentSource {
  return {
    size: bytes.length,
    async read(offset, length) {
      if (offset + length > bytes.length) throw shortRead(offset, length, bytes.length)
      return bytes.subarray(offset, offset + length)
    },
  }
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
