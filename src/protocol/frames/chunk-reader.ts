import type { ChunkId } from '../chunking/chunk.ts'
import { chunkIdFromBytes, EMPTY_CHUNK_ID } from '../chunking/chunk-id.ts'
import {
  type ChunkHash,
  chunkIdOf,
  createHash,
  HASH_STATE_BYTES,
  restoreHash,
} from '../spooky/spooky.ts'
import { createFrameDecoder, type FrameDecoder, type FrameSink } from './decoder.ts'
import { DECODER_STATE_BYTES } from './decoder-state.ts'
import { FrameError } from './frame-error.ts'
import type { Frame, FrameType } from './layout.ts'

// A chunk reader's checkpoint:
//
//   offset | width | field
//   -------+-------+----------------------------------------------------
//        0 |     1 | version
//        1 |    71 | state of the decoder
//       72 |   297 | state of the hash of the payload that is not complete
const VERSION = 1
const DECODER_AT = 1
const HASH_AT = DECODER_AT + DECODER_STATE_BYTES

/** Size of a checkpoint, in bytes. */
export const CHECKPOINT_BYTES = HASH_AT + HASH_STATE_BYTES

/** A chunk whose payload has come and hashes to its id. */
export interface CompletedChunk {
  id: ChunkId
  /** Of the payload's first byte, counted in the stream of frames. */
  offset: number
  /** Of the payload, in bytes. */
  length: number
}

export interface ChunkReaderOptions {
  /**
   * `forbidden` in an upload session, which has Chunk frames only ("create-upload-session");
   * `required` after the MessageJSON of PutChunkedFile.
   */
  endFrame: 'forbidden' | 'required'
  /** What {@link ChunkReader.save} returned, to go on from there. */
  checkpoint?: Uint8Array
  /** Position of the first byte that will be pushed (0, or where the checkpoint stands). */
  position?: number
}

/**
 * Reads Chunk frames split at any point, in constant memory. Hashes every payload and compares it
 * with its ChunkId.
 *
 * @throws RangeError when `checkpoint` was not saved by such a reader, or not at `position`
 *
 * @example
 * ```ts
 * import { chunkIdOf, createChunkReader, encodeFrameHeader } from 'wopikit/protocol'
 *
 * const payload = new TextEncoder().encode('bytes of a chunk')
 * const chunkId = chunkIdOf(payload)
 * const reader = createChunkReader({ endFrame: 'forbidden' })
 * reader.push(encodeFrameHeader({ type: 'Chunk', chunkId, payloadSize: payload.length }))
 *
 * assert.equal(reader.push(payload)[0]?.id, chunkId)
 * ```
 */
export function createChunkReader(options: ChunkReaderOptions): ChunkReader {
  return new ChunkReader(options)
}

/** Made by {@link createChunkReader}. Once a call has thrown, every later one throws the same. */
export class ChunkReader {
  readonly #endFrame: ChunkReaderOptions['endFrame']
  readonly #decoder: FrameDecoder
  /** Hash of a payload that comes in pieces. */
  readonly #hash: ChunkHash
  #frame: Frame | undefined
  /** ChunkId of a payload that came in one piece. */
  #wholeId: ChunkId | undefined
  #completed: CompletedChunk[] = []

  readonly #sink: FrameSink = {
    frame: (frame) => {
      this.#frame = frame
    },
    payload: (bytes) => this.#takePayload(bytes),
    end: () => this.#complete(),
  }

  constructor({ endFrame, checkpoint, position }: ChunkReaderOptions) {
    const allow: FrameType[] = endFrame === 'forbidden' ? ['Chunk'] : ['Chunk', 'EndFrame']
    this.#endFrame = endFrame
    if (!checkpoint) {
      this.#decoder = createFrameDecoder({ allow, position: position ?? 0 })
      this.#hash = createHash()
      return
    }
    checkCheckpoint(checkpoint)
    this.#decoder = createFrameDecoder({ allow, state: checkpoint.subarray(DECODER_AT, HASH_AT) })
    this.#hash = restoreHash(checkpoint.subarray(HASH_AT))
    this.#frame = this.#decoder.open?.frame
    this.#checkRestored(position ?? this.position)
  }

  /** Bytes taken so far; what follows the EndFrame is not counted. */
  get position(): number {
    return this.#decoder.position
  }

  /** Whether the EndFrame was seen; bytes after it are ignored. */
  get ended(): boolean {
    return this.#decoder.ended
  }

  /**
   * Takes the next bytes of the stream and returns the chunks that they complete.
   *
   * @throws FrameError when they are not as they should be; the chunks before it are lost
   */
  push(bytes: Uint8Array): CompletedChunk[] {
    this.#completed = []
    this.#decoder.feed(bytes, this.#sink)
    return this.#completed
  }

  /**
   * Declares that no more bytes come.
   *
   * @throws FrameError when that is in the middle of a frame, or END_FRAME_MISSING
   */
  finish(): void {
    this.#decoder.finish()
    if (this.#endFrame === 'required' && !this.ended) {
      const expected = 'a Chunk or EndFrame'
      throw new FrameError('END_FRAME_MISSING', this.position, expected, 'the end of the stream')
    }
  }

  /** The state for {@link ChunkReaderOptions.checkpoint}, CHECKPOINT_BYTES long at any byte. */
  save(): Uint8Array<ArrayBuffer> {
    const checkpoint = new Uint8Array(CHECKPOINT_BYTES)
    checkpoint[0] = VERSION
    checkpoint.set(this.#decoder.save(), DECODER_AT)
    checkpoint.set(this.#hash.save(), HASH_AT)
    return checkpoint
  }

  #takePayload(bytes: Uint8Array): void {
    if (bytes.length === this.#frame?.payloadSize) this.#wholeId = chunkIdOf(bytes)
    else this.#hash.update(bytes)
  }

  #complete(): void {
    const frame = this.#frame
    this.#frame = undefined
    if (frame?.type !== 'Chunk') return
    const length = frame.payloadSize
    const offset = this.position - length
    const id = this.#takeId(length)
    if (id !== frame.chunkId) throw hashMismatch(offset, frame.chunkId, id)
    this.#completed.push({ id, offset, length })
  }

  #takeId(length: number): ChunkId {
    if (length === 0) return EMPTY_CHUNK_ID
    const id = this.#wholeId ?? chunkIdFromBytes(this.#hash.digest())
    if (this.#wholeId === undefined) this.#hash.reset()
    this.#wholeId = undefined
    return id
  }

  #checkRestored(position: number): void {
    if (position !== this.position) {
      throw new RangeError(`Expected a checkpoint at byte ${position}, got one at ${this.position}`)
    }
    const received = this.#decoder.open?.received ?? 0
    if (this.#hash.length !== received) {
      throw new RangeError(
        `Expected a checkpoint with ${received} bytes hashed, got one with ${this.#hash.length}`,
      )
    }
  }
}

function checkCheckpoint(checkpoint: Uint8Array): void {
  if (checkpoint.length !== CHECKPOINT_BYTES) {
    throw new RangeError(
      `Expected a checkpoint of ${CHECKPOINT_BYTES} bytes, got ${checkpoint.length} bytes`,
    )
  }
  if (checkpoint[0] !== VERSION) {
    throw new RangeError(`Expected a checkpoint of version ${VERSION}, got ${checkpoint[0]}`)
  }
}

function hashMismatch(position: number, expected: ChunkId, received: ChunkId): FrameError {
  return new FrameError(
    'CHUNK_HASH_MISMATCH',
    position,
    `a payload whose ChunkId is ${expected}`,
    `one whose ChunkId is ${received}`,
  )
}
