import { createHash } from '../spooky/spooky.ts'
import type { ZipDirectory, ZipRefusal } from '../zip/outcome.ts'
import type { StreamChunks } from './chunk.ts'
import { chunkIdFromBytes } from './chunk-id.ts'
import { PackedChunks } from './packed-chunks.ts'
import { ZipChunker } from './zip-chunker.ts'
import { followDirectory, walkLocalHeaders } from './zip-route.ts'

/** Refusals of a walk that do not speak against the archive: its directory may still be sound. */
const UNDECIDED: readonly ZipRefusal[] = [
  'sizes-unknown',
  'walk-lost',
  'cut-short',
  'directory-differs',
  'end-not-kept',
]

export interface Chunked extends StreamChunks {
  /**
   * Whether the stream begins like a zip archive whose pieces could not be told in one pass. It is
   * FullFile until a second pass is made with the directory of `readZipDirectory`.
   */
  needsDirectory: boolean
  /** Why the scheme is FullFile, else `undefined`. */
  refusal: ZipRefusal | undefined
}

/** The same, in packed lists. */
export interface PackedChunked extends Omit<Chunked, 'chunks' | 'alternatives'> {
  chunks: PackedChunks
  alternatives: PackedChunks
}

/** A `StreamChunker` that gives packed lists. */
export interface PackedChunker extends Omit<StreamChunker, 'finish'> {
  finish(): PackedChunked
}

export interface StreamChunker {
  /** Memory that is held, in bytes; some 32 for each chunk. */
  readonly heldBytes: number
  /** Takes the stream's next bytes, in pieces of any size; keeps no reference to them. */
  push(bytes: Uint8Array): void
  /** Ends the stream; called once. */
  finish(): Chunked
}

/**
 * Splits a stream into chunks and hashes them, and the whole, as it arrives (pages
 * "file-content-data-model" and "chunk-streams"). A zip archive gives one chunk for each local
 * header with its name and extra field, one for the bytes between it and the next one, unless there
 * are none, and one from the central directory to the end. Anything else, anything inconsistent and
 * anything beyond the limits is one FullFile chunk. Memory is bounded by
 * `KEPT_END_MAX_BYTES` and the number of chunks, whatever comes.
 *
 * @param options.directory of this very stream; without it sizes are taken from the local headers
 *
 * @example
 * ```ts
 * import { createStreamChunker } from 'wopikit/protocol'
 *
 * const chunker = createStreamChunker()
 * chunker.push(docx.subarray(0, 100)) // pieces of any size, as they come
 * chunker.push(docx.subarray(100))
 * const { scheme, size } = chunker.finish()
 *
 * assert.deepEqual([scheme, size], ['Zip', docx.length])
 * ```
 */
export function createStreamChunker(options: { directory?: ZipDirectory } = {}): StreamChunker {
  const packed = createPackedChunker(options)
  return {
    get heldBytes() {
      return packed.heldBytes
    },
    push: packed.push,
    finish() {
      const { chunks, alternatives, ...rest } = packed.finish()
      const others = [...alternatives.placed()]
      // The whole stream is named last, as its id is known last, but it is the name that most ask for.
      const whole = others.splice(-1)
      return { ...rest, chunks: [...chunks], alternatives: [...whole, ...others] }
    },
  }
}

/** As `createStreamChunker`, with lists that take a quarter of the memory. */
export function createPackedChunker(options: { directory?: ZipDirectory } = {}): PackedChunker {
  const { directory } = options
  const whole = createHash()
  const zip = new ZipChunker(directory ? followDirectory(directory) : walkLocalHeaders())
  let size = 0

  return {
    get heldBytes() {
      return zip.heldBytes
    },

    push(bytes) {
      size += bytes.length
      whole.update(bytes)
      zip.push(bytes)
    },

    finish() {
      const id = chunkIdFromBytes(whole.digest())
      const found = zip.finish()
      if (!found.ok) return fullFile(id, size, found.reason, directory === undefined)
      const { chunks, alternatives } = found
      alternatives.push({ id, offset: 0, length: size })
      return {
        scheme: 'Zip',
        size,
        chunks,
        alternatives,
        needsDirectory: false,
        refusal: undefined,
      }
    },
  }
}

function fullFile(id: string, size: number, refusal: ZipRefusal, walked: boolean): PackedChunked {
  return {
    scheme: 'FullFile',
    size,
    chunks: PackedChunks.of([{ id, length: size }]),
    alternatives: new PackedChunks(),
    needsDirectory: walked && UNDECIDED.includes(refusal),
    refusal,
  }
}
