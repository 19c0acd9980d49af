import { type DecoderState, decodeDecoderState, encodeDecoderState } from './decoder-state.ts'
import { encodeFrameHeader } from './encoder.ts'
import { FrameError } from './frame-error.ts'
import { checkHeader, checkHeaderStart, parseFrame } from './header.ts'
import {
  FRAME_HEADER_BYTES,
  FRAME_HEADER_MAX_BYTES,
  FRAME_TYPES,
  type Frame,
  type FrameType,
} from './layout.ts'

export { FrameError, type FrameErrorCode } from './frame-error.ts'
export type { Frame } from './layout.ts'

/** What a decoder finds in the bytes: `frame`, any number of `payload`, `end`, and again. */
export type FrameEvent<Buffer extends ArrayBufferLike = ArrayBufferLike> =
  | { kind: 'frame'; frame: Frame }
  /** A slice of the bytes that were pushed, not a copy; never empty. */
  | { kind: 'payload'; bytes: Uint8Array<Buffer> }
  | { kind: 'end' }

/** The same, as calls: what {@link FrameDecoder.feed} tells its caller without allocating. */
export interface FrameSink {
  frame(frame: Frame): void
  payload(bytes: Uint8Array): void
  end(): void
}

export interface FrameDecoderOptions {
  /** Types that may come (all); any other is FRAME_NOT_ALLOWED. */
  allow?: readonly FrameType[]
  /** A saved state to go on from; it counts positions on. */
  state?: Uint8Array
  /** Position of the first byte, where the stream begins earlier (0); not with `state`. */
  position?: number
}

const ALL_TYPES = Object.keys(FRAME_TYPES) as FrameType[]

/**
 * Decodes frames ("encode-send-data") split at any point, in constant memory.
 *
 * @throws RangeError when `state` was not saved by a decoder that allows the same frames
 *
 * @example
 * ```ts
 * import { createFrameDecoder, encodeMessage } from 'wopikit/protocol'
 *
 * const decoder = createFrameDecoder()
 * const kinds = [...decoder.push(encodeMessage(new TextEncoder().encode('{}')))].map(
 *   (event) => event.kind,
 * )
 *
 * assert.deepEqual(kinds, ['frame', 'payload', 'end'])
 * ```
 */
export function createFrameDecoder(options: FrameDecoderOptions = {}): FrameDecoder {
  return new FrameDecoder(options)
}

/** Made by {@link createFrameDecoder}. Once a call has thrown, every later one throws the same. */
export class FrameDecoder {
  readonly #allow: readonly FrameType[]
  #position: number
  #ended = false
  /** The frame whose payload is not complete. */
  #frame: Frame | undefined
  /** Bytes missing from that payload. */
  #missing = 0
  /** An incomplete header: its bytes so far, and its length as far as known. */
  readonly #held = new Uint8Array(FRAME_HEADER_MAX_BYTES)
  #heldLength = 0
  #headerLength = FRAME_HEADER_BYTES
  #failure: unknown

  constructor({ allow = ALL_TYPES, state, position = 0 }: FrameDecoderOptions) {
    this.#allow = allow
    this.#position = position
    if (state) this.#restore(state)
  }

  /** Bytes taken so far; what follows the EndFrame is not counted. */
  get position(): number {
    return this.#position
  }

  /** Whether the EndFrame was seen; bytes after it are ignored. */
  get ended(): boolean {
    return this.#ended
  }

  /** The frame whose payload is not complete, and how many bytes of it came. */
  get open(): { frame: Frame; received: number } | undefined {
    const frame = this.#frame
    return frame && { frame, received: frame.payloadSize - this.#missing }
  }

  /**
   * Takes the next bytes of the stream and returns what they contain.
   *
   * @throws FrameError when they are not as they should be; the events before it are lost
   */
  push<Buffer extends ArrayBufferLike>(bytes: Uint8Array<Buffer>): FrameEvent<Buffer>[] {
    const events: FrameEvent<Buffer>[] = []
    this.feed(bytes, {
      frame: (frame) => events.push({ kind: 'frame', frame }),
      // A slice of what was pushed has its buffer.
      payload: (slice) => events.push({ kind: 'payload', bytes: slice as Uint8Array<Buffer> }),
      end: () => events.push({ kind: 'end' }),
    })
    return events
  }

  /**
   * Takes the next bytes of the stream and tells `sink` what they contain.
   *
   * @throws FrameError when they are not as they should be; whatever `sink` throws
   */
  feed(bytes: Uint8Array, sink: FrameSink): void {
    this.#throwIfFailed()
    try {
      let at = 0
      while (at < bytes.length && !this.#ended) {
        at = this.#frame ? this.#takePayload(bytes, at, sink) : this.#takeHeader(bytes, at, sink)
      }
    } catch (error) {
      this.#failure = error
      throw error
    }
  }

  /**
   * Declares that no more bytes come.
   *
   * @throws FrameError when that is in the middle of a frame
   */
  finish(): void {
    this.#throwIfFailed()
    if (this.#frame) throw this.#truncatedPayload(this.#frame)
    if (this.#heldLength > 0) throw this.#truncatedHeader()
  }

  /** The state for {@link FrameDecoderOptions.state}, DECODER_STATE_BYTES long at any byte. */
  save(): Uint8Array<ArrayBuffer> {
    this.#throwIfFailed()
    return encodeDecoderState({
      position: this.#position,
      ended: this.#ended,
      header: this.#frame
        ? encodeFrameHeader(this.#frame)
        : this.#held.subarray(0, this.#heldLength),
      missing: this.#missing,
    })
  }

  #takeHeader(bytes: Uint8Array, at: number, sink: FrameSink): number {
    const available = bytes.length - at
    if (this.#heldLength > 0 || available < FRAME_HEADER_BYTES) {
      return this.#holdHeader(bytes, at, sink)
    }
    const length = checkHeader(bytes, at, this.#position, this.#allow)
    if (available < length) return this.#holdHeader(bytes, at, sink)
    const frame = parseFrame(bytes, at, this.#position)
    this.#position += length
    this.#begin(frame, sink)
    return at + length
  }

  /** Collects a header that comes in pieces: first its 16 bytes, then the extended header. */
  #holdHeader(bytes: Uint8Array, at: number, sink: FrameSink): number {
    const taken = Math.min(this.#headerLength - this.#heldLength, bytes.length - at)
    this.#held.set(bytes.subarray(at, at + taken), this.#heldLength)
    this.#heldLength += taken
    this.#position += taken
    if (this.#heldLength === this.#headerLength) this.#completeHeld(sink)
    else if (this.#heldLength < FRAME_HEADER_BYTES) this.#checkHeldStart()
    return at + taken
  }

  #checkHeldStart(): void {
    const start = this.#position - this.#heldLength
    checkHeaderStart(this.#held, this.#heldLength, start, this.#allow)
  }

  #completeHeld(sink: FrameSink): void {
    const start = this.#position - this.#heldLength
    this.#headerLength = checkHeader(this.#held, 0, start, this.#allow)
    if (this.#heldLength < this.#headerLength) return
    const frame = parseFrame(this.#held, 0, start)
    this.#heldLength = 0
    this.#headerLength = FRAME_HEADER_BYTES
    this.#begin(frame, sink)
  }

  #begin(frame: Frame, sink: FrameSink): void {
    if (frame.payloadSize > 0) {
      this.#frame = frame
      this.#missing = frame.payloadSize
    }
    this.#ended = frame.type === 'EndFrame'
    sink.frame(frame)
    if (frame.payloadSize === 0) sink.end()
  }

  #takePayload(bytes: Uint8Array, at: number, sink: FrameSink): number {
    const taken = Math.min(this.#missing, bytes.length - at)
    this.#position += taken
    this.#missing -= taken
    if (this.#missing === 0) this.#frame = undefined
    sink.payload(taken === bytes.length ? bytes : bytes.subarray(at, at + taken))
    if (this.#missing === 0) sink.end()
    return at + taken
  }

  #restore(saved: Uint8Array): void {
    const state = decodeDecoderState(saved)
    this.#position = state.position
    this.#ended = state.ended
    if (state.header.length === 0) return
    try {
      this.#restoreHeader(state)
    } catch (cause) {
      throw new RangeError('The decoder state holds a header that cannot stand there', { cause })
    }
  }

  #restoreHeader({ position, header, missing }: DecoderState): void {
    const start = position - header.length
    this.#held.set(header)
    if (header.length >= FRAME_HEADER_BYTES) {
      this.#headerLength = checkHeader(this.#held, 0, start, this.#allow)
    }
    if (missing === 0 && header.length < this.#headerLength) {
      this.#heldLength = header.length
      return
    }
    const frame = parseFrame(this.#held, 0, start)
    const received = frame.payloadSize - missing
    if (header.length !== this.#headerLength || missing === 0 || received < 0 || received > start) {
      throw new RangeError(`Its payload has ${frame.payloadSize} bytes, ${missing} are missing`)
    }
    this.#frame = frame
    this.#missing = missing
    this.#headerLength = FRAME_HEADER_BYTES
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  #truncatedHeader(): FrameError {
    const extended = this.#headerLength > FRAME_HEADER_BYTES
    return new FrameError(
      extended ? 'EXTENDED_HEADER_TRUNCATED' : 'HEADER_TRUNCATED',
      this.#position,
      `a frame header of ${this.#headerLength} bytes`,
      `${this.#heldLength} and the end of the stream`,
    )
  }

  #truncatedPayload({ type, payloadSize }: Frame): FrameError {
    return new FrameError(
      'PAYLOAD_TRUNCATED',
      this.#position,
      `a ${type} payload of ${payloadSize} bytes`,
      `${payloadSize - this.#missing} and the end of the stream`,
    )
  }
}
