/** Every way in which the bytes of frames can be wrong. */
export const FRAME_ERROR_CODES = [
  // Header
  'FRAME_TYPE_UNKNOWN',
  'FRAME_NOT_ALLOWED',
  'EXTENDED_HEADER_SIZE_WRONG',
  'END_FRAME_WITH_PAYLOAD',
  'PAYLOAD_SIZE_TOO_LARGE',
  // Extended header of a ChunkRange
  'RANGE_OFFSET_TOO_LARGE',
  'RANGE_LENGTH_TOO_LARGE',
  'RANGE_LENGTH_MISMATCH',
  'RANGE_FLAGS_UNKNOWN',
  // Payload of a Chunk
  'CHUNK_HASH_MISMATCH',
  // End of the stream
  'HEADER_TRUNCATED',
  'EXTENDED_HEADER_TRUNCATED',
  'PAYLOAD_TRUNCATED',
  'END_FRAME_MISSING',
] as const

export type FrameErrorCode = (typeof FRAME_ERROR_CODES)[number]

/** Bytes that are no frames, or not the frames that belong here. */
export class FrameError extends Error {
  override readonly name = 'FrameError'
  readonly code: FrameErrorCode
  /** Of the field or byte that is wrong, counted from the start of the stream. */
  readonly position: number

  constructor(code: FrameErrorCode, position: number, expected: string, received: string) {
    super(`Expected ${expected}, got ${received}, at byte ${position}`)
    this.code = code
    this.position = position
  }
}
