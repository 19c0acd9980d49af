import type { Chunk } from '../protocol/chunking/chunk.ts'
import { chunkIdFromBytes } from '../protocol/chunking/chunk-id.ts'
import { CHUNKS_PER_STREAM_MAX } from '../protocol/names.ts'
import { createHash, hashBytes } from '../protocol/spooky/spooky.ts'

/** Sizes of the chunks of a document of up to 2 GiB, in bytes; each doubling of it doubles them. */
export const CONTENT_CHUNK_MIN_BYTES = 16 * 1024
export const CONTENT_CHUNK_AVERAGE_BYTES = 64 * 1024
export const CONTENT_CHUNK_MAX_BYTES = 256 * 1024

/** How many bytes decide about a boundary: older ones have been shifted out of the rolling hash. */
const WINDOW_BYTES = 32
/** Before the average size boundaries are four times as rare, after it four times as frequent. */
const NORMAL_BITS = 2

/** Splits a stream into chunks and hashes them as it arrives. */
export interface ContentChunker {
  /** Takes the stream's next bytes, in pieces of any size; keeps no reference to them. */
  push(bytes: Uint8Array): void
  /** Ends the stream; called once. */
  finish(): Chunk[]
}

/**
 * Cuts where the content says so, not at fixed places, so that what is inserted or taken out
 * changes the chunks around it only: a rolling hash over the last 32 bytes (a "gear" hash) tells
 * where, as FastCDC does. The same content always has the same boundaries.
 *
 * @param size of the whole stream, in bytes: no stream has more chunks than a signature may list
 */
export function createContentChunker(size: number): ContentChunker {
  return new GearChunker(scaleFor(size))
}

class GearChunker implements ContentChunker {
  readonly #min: number
  readonly #average: number
  readonly #max: number
  readonly #rareMask: number
  readonly #frequentMask: number
  readonly #gear = gearTable()
  readonly #hash = createHash()
  readonly #chunks: Chunk[] = []
  #rolling = 0

  constructor(scale: number) {
    this.#min = CONTENT_CHUNK_MIN_BYTES * scale
    this.#average = CONTENT_CHUNK_AVERAGE_BYTES * scale
    this.#max = CONTENT_CHUNK_MAX_BYTES * scale
    const bits = Math.log2(this.#average)
    this.#rareMask = topBits(bits + NORMAL_BITS)
    this.#frequentMask = topBits(bits - NORMAL_BITS)
  }

  push(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; ) {
      const end = this.#findEnd(bytes, start)
      this.#hash.update(bytes.subarray(start, end))
      if (end === undefined) return
      this.#endChunk()
      start = end
    }
  }

  finish(): Chunk[] {
    if (this.#hash.length > 0 || this.#chunks.length === 0) this.#endChunk()
    return this.#chunks
  }

  /** Where the open chunk ends in `bytes`; `undefined` when it goes on behind them. */
  #findEnd(bytes: Uint8Array, start: number): number | undefined {
    const before = this.#hash.length - start
    const end = Math.min(bytes.length, this.#max - before)
    let rolling = this.#rolling
    // No boundary is wanted before the smallest size, so only the window before it counts.
    for (let at = Math.max(start, this.#min - WINDOW_BYTES - before); at < end; at++) {
      rolling = ((rolling << 1) + (this.#gear[bytes[at] as number] as number)) | 0
      const length = before + at + 1
      if (length < this.#min) continue
      const mask = length < this.#average ? this.#rareMask : this.#frequentMask
      if ((rolling & mask) === 0) return at + 1
    }
    this.#rolling = rolling
    return before + end === this.#max ? end : undefined
  }

  #endChunk(): void {
    const id = chunkIdFromBytes(this.#hash.digest())
    this.#chunks.push({ id, length: this.#hash.length })
    this.#hash.reset()
    this.#rolling = 0
  }
}

/** A power of two, by which chunks are larger so that not too many are needed. */
function scaleFor(size: number): number {
  // The last chunk of all may be smaller than the smallest.
  const smallest = size / (CONTENT_CHUNK_MIN_BYTES * (CHUNKS_PER_STREAM_MAX - 1))
  return 2 ** Math.max(0, Math.ceil(Math.log2(smallest)))
}

function topBits(count: number): number {
  return -1 << (32 - count)
}

/** A number for each byte, without a pattern: the start of its own SpookyHash. */
function gearTable(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) =>
    new DataView(hashBytes(Uint8Array.of(byte)).buffer).getInt32(0, true),
  )
}
