import { readUint64, writeUint64 } from './big-endian.ts'
import { FRAME_HEADER_MAX_BYTES } from './layout.ts'

// A decoder's saved state; integers are big-endian.
//
//   offset | width | field
//   -------+-------+-----------------------------------------------------------------------
//        0 |     1 | version
//        1 |     1 | 1 when the EndFrame was seen, else 0
//        2 |     1 | number of header bytes below
//        3 |     8 | bytes of the stream taken so far
//       11 |     8 | bytes missing from the payload; 0 between frames and in a header
//       19 |    52 | header of the frame that is not complete, as far as it came, then zeros
const VERSION = 1
const ENDED_AT = 1
const HEADER_LENGTH_AT = 2
const POSITION_AT = 3
const MISSING_AT = 11
const HEADER_AT = 19

/** Size of a decoder's saved state, in bytes. */
export const DECODER_STATE_BYTES = HEADER_AT + FRAME_HEADER_MAX_BYTES

/** Where a decoder stands in its stream. */
export interface DecoderState {
  /** Bytes of the stream taken so far. */
  position: number
  /** Whether the EndFrame was seen. */
  ended: boolean
  /** Header and extended header of the frame that is not complete, as far as they came. */
  header: Uint8Array
  /** Bytes missing from the payload of that frame; 0 while its header is not complete. */
  missing: number
}

/** Encodes a state in DECODER_STATE_BYTES. */
export function encodeDecoderState(state: DecoderState): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(DECODER_STATE_BYTES)
  bytes[0] = VERSION
  bytes[ENDED_AT] = state.ended ? 1 : 0
  bytes[HEADER_LENGTH_AT] = state.header.length
  writeUint64(bytes, POSITION_AT, state.position)
  writeUint64(bytes, MISSING_AT, state.missing)
  bytes.set(state.header, HEADER_AT)
  return bytes
}

/**
 * Decodes a state; what its header says is left to the decoder to check.
 *
 * @throws RangeError when `bytes` are no such state, or of a version that is not known
 */
export function decodeDecoderState(bytes: Uint8Array): DecoderState {
  if (bytes.length !== DECODER_STATE_BYTES) {
    throw new RangeError(
      `Expected a decoder state of ${DECODER_STATE_BYTES} bytes, got ${bytes.length} bytes`,
    )
  }
  if (bytes[0] !== VERSION) {
    throw new RangeError(`Expected a decoder state of version ${VERSION}, got ${bytes[0]}`)
  }
  const ended = bytes[ENDED_AT] as number
  const headerLength = bytes[HEADER_LENGTH_AT] as number
  const position = readUint64(bytes, POSITION_AT)
  const missing = readUint64(bytes, MISSING_AT)
  const safe = Number.isSafeInteger(position) && Number.isSafeInteger(missing)
  const between = headerLength === 0 ? missing === 0 : ended === 0
  if (!safe || !between || ended > 1 || headerLength > Math.min(FRAME_HEADER_MAX_BYTES, position)) {
    throw new RangeError('Expected a decoder state, got bytes that no decoder has saved')
  }
  const header = bytes.slice(HEADER_AT, HEADER_AT + headerLength)
  return { position, ended: ended === 1, header, missing }
}
