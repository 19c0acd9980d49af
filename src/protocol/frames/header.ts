import { chunkIdAt } from '../chunking/chunk-id.ts'
import { readUint32, readUint64 } from './big-endian.ts'
import { FrameError } from './frame-error.ts'
import {
  CHUNK_ID_AT,
  EXTENDED_HEADER_SIZE_AT,
  FRAME_HEADER_BYTES,
  FRAME_TYPES,
  type Frame,
  type FrameType,
  frameTypeOf,
  PAYLOAD_SIZE_AT,
  RANGE_FLAGS_AT,
  RANGE_LENGTH_AT,
  RANGE_OFFSET_AT,
} from './layout.ts'

/**
 * Checks the 16 bytes of a frame header at `at`.
 *
 * @param position of the header in the stream, in bytes
 * @returns size of the header together with the extended header that follows, in bytes
 * @throws FrameError when they begin no frame, or one that is not in `allow`
 */
export function checkHeader(
  bytes: Uint8Array,
  at: number,
  position: number,
  allow: readonly FrameType[],
): number {
  const type = checkType(bytes, at, position, allow)
  const { extendedHeaderBytes } = FRAME_TYPES[type]
  checkExtendedSize(bytes, at, position, type)
  const payload = readUint64(bytes, at + PAYLOAD_SIZE_AT)
  if (type === 'EndFrame' && payload !== 0) throw endFrameWithPayload(position, payload)
  if (payload > Number.MAX_SAFE_INTEGER) throw payloadTooLarge(position, payload)
  return FRAME_HEADER_BYTES + extendedHeaderBytes
}

/**
 * Checks as much of a frame header as has come: bytes that can begin no frame are wrong at once, and
 * not only when the rest of the header is there. A session would keep them for ever.
 *
 * @param length of what has come, in bytes; less than a whole header
 * @throws FrameError as `checkHeader`
 */
export function checkHeaderStart(
  bytes: Uint8Array,
  length: number,
  position: number,
  allow: readonly FrameType[],
): void {
  if (length < EXTENDED_HEADER_SIZE_AT) return
  const type = checkType(bytes, 0, position, allow)
  if (length >= PAYLOAD_SIZE_AT) checkExtendedSize(bytes, 0, position, type)
}

function checkType(
  bytes: Uint8Array,
  at: number,
  position: number,
  allow: readonly FrameType[],
): FrameType {
  const code = readUint32(bytes, at)
  const type = frameTypeOf(code)
  if (!type) throw typeUnknown(position, code)
  if (!allow.includes(type)) throw notAllowed(position, type, allow)
  return type
}

function checkExtendedSize(bytes: Uint8Array, at: number, position: number, type: FrameType): void {
  const extended = readUint32(bytes, at + EXTENDED_HEADER_SIZE_AT)
  if (extended !== FRAME_TYPES[type].extendedHeaderBytes)
    throw extendedSizeWrong(position, type, extended)
}

/**
 * Reads a frame header that was checked, with the whole of its extended header.
 *
 * @throws FrameError when the extended header contradicts itself or the header
 */
export function parseFrame(bytes: Uint8Array, at: number, position: number): Frame {
  const type = frameTypeOf(readUint32(bytes, at))
  const payloadSize = readUint64(bytes, at + PAYLOAD_SIZE_AT)
  switch (type) {
    case 'MessageJSON':
      return { type, payloadSize }
    case 'Chunk':
      return { type, payloadSize, chunkId: chunkIdAt(bytes, at + CHUNK_ID_AT) }
    case 'ChunkRange':
      return parseRange(bytes, at, position, payloadSize)
    default:
      return { type: 'EndFrame', payloadSize: 0 }
  }
}

function parseRange(bytes: Uint8Array, at: number, position: number, payloadSize: number): Frame {
  const offset = readUint64(bytes, at + RANGE_OFFSET_AT)
  const length = readUint64(bytes, at + RANGE_LENGTH_AT)
  const flags = readUint32(bytes, at + RANGE_FLAGS_AT)
  if (length > Number.MAX_SAFE_INTEGER) throw rangeLengthTooLarge(position, length)
  if (length !== payloadSize) throw rangeLengthMismatch(position, length, payloadSize)
  if (offset + length > Number.MAX_SAFE_INTEGER) throw rangeOffsetTooLarge(position, offset)
  if (flags > 1) throw rangeFlagsUnknown(position, flags)
  const chunkId = chunkIdAt(bytes, at + CHUNK_ID_AT)
  return { type: 'ChunkRange', payloadSize, chunkId, offset, length, endOfChunk: flags === 1 }
}

function typeUnknown(position: number, code: number): FrameError {
  return new FrameError('FRAME_TYPE_UNKNOWN', position, 'a frame type from 1 to 4', String(code))
}

function notAllowed(position: number, type: FrameType, allow: readonly FrameType[]): FrameError {
  return new FrameError('FRAME_NOT_ALLOWED', position, allow.join(' or '), type)
}

function extendedSizeWrong(position: number, type: FrameType, received: number): FrameError {
  return new FrameError(
    'EXTENDED_HEADER_SIZE_WRONG',
    position + EXTENDED_HEADER_SIZE_AT,
    `an extended header of ${FRAME_TYPES[type].extendedHeaderBytes} bytes for ${type}`,
    `${received} bytes`,
  )
}

function endFrameWithPayload(position: number, size: number): FrameError {
  const at = position + PAYLOAD_SIZE_AT
  return new FrameError('END_FRAME_WITH_PAYLOAD', at, 'an EndFrame without payload', bytesOf(size))
}

function payloadTooLarge(position: number, size: number): FrameError {
  const at = position + PAYLOAD_SIZE_AT
  return new FrameError('PAYLOAD_SIZE_TOO_LARGE', at, 'a payload below 2^53 bytes', bytesOf(size))
}

function rangeOffsetTooLarge(position: number, offset: number): FrameError {
  const at = position + RANGE_OFFSET_AT
  return new FrameError(
    'RANGE_OFFSET_TOO_LARGE',
    at,
    'a range below 2^53 bytes',
    `offset ${offset}`,
  )
}

function rangeLengthTooLarge(position: number, length: number): FrameError {
  const at = position + RANGE_LENGTH_AT
  return new FrameError('RANGE_LENGTH_TOO_LARGE', at, 'a range below 2^53 bytes', bytesOf(length))
}

function rangeLengthMismatch(position: number, length: number, payloadSize: number): FrameError {
  return new FrameError(
    'RANGE_LENGTH_MISMATCH',
    position + RANGE_LENGTH_AT,
    `a range of ${payloadSize} bytes, as long as the payload`,
    bytesOf(length),
  )
}

function rangeFlagsUnknown(position: number, flags: number): FrameError {
  return new FrameError(
    'RANGE_FLAGS_UNKNOWN',
    position + RANGE_FLAGS_AT,
    'flags 0 or 1',
    String(flags),
  )
}

function bytesOf(count: number): string {
  return `${count} bytes`
}
