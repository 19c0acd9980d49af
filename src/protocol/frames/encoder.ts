import { writeChunkId } from '../chunking/chunk-id.ts'
import { writeUint32, writeUint64 } from './big-endian.ts'
import {
  CHUNK_ID_AT,
  EXTENDED_HEADER_SIZE_AT,
  FRAME_HEADER_BYTES,
  FRAME_TYPES,
  type Frame,
  PAYLOAD_SIZE_AT,
  RANGE_FLAGS_AT,
  RANGE_LENGTH_AT,
  RANGE_OFFSET_AT,
} from './layout.ts'

/** Size of everything before the payload of a Chunk frame, in bytes. */
export const CHUNK_HEADER_BYTES = FRAME_HEADER_BYTES + FRAME_TYPES.Chunk.extendedHeaderBytes
/** Size of everything before the payload of a ChunkRange frame, in bytes. */
export const CHUNK_RANGE_HEADER_BYTES =
  FRAME_HEADER_BYTES + FRAME_TYPES.ChunkRange.extendedHeaderBytes

/** The frame that ends a body. */
export const END_FRAME: Uint8Array<ArrayBuffer> = encodeFrameHeader({
  type: 'EndFrame',
  payloadSize: 0,
})

/**
 * Encodes what precedes a frame's payload: header and extended header ("encode-send-data").
 *
 * @throws RangeError when a size is no safe integer, a ChunkId is none, or a range's length is not
 *   that of its payload
 *
 * @example
 * ```ts
 * import { encodeFrameHeader } from 'wopikit/protocol'
 *
 * const header = encodeFrameHeader({ type: 'EndFrame', payloadSize: 0 })
 *
 * assert.equal(header.length, 16)
 * ```
 */
export function encodeFrameHeader(frame: Frame): Uint8Array<ArrayBuffer> {
  const { code, extendedHeaderBytes } = FRAME_TYPES[frame.type]
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + extendedHeaderBytes)
  writeUint32(bytes, 0, code)
  writeUint32(bytes, EXTENDED_HEADER_SIZE_AT, extendedHeaderBytes)
  writeUint64(bytes, PAYLOAD_SIZE_AT, frame.payloadSize)
  if (frame.type === 'Chunk' || frame.type === 'ChunkRange') {
    writeChunkId(frame.chunkId, bytes, CHUNK_ID_AT)
  }
  if (frame.type === 'ChunkRange') writeRange(frame, bytes)
  return bytes
}

/**
 * Encodes a whole MessageJSON frame; `json` is UTF-8 without byte order mark.
 *
 * @example
 * ```ts
 * import { encodeMessage, encodePutChunkedFileRequest } from 'wopikit/protocol'
 *
 * const json = encodePutChunkedFileRequest({ contentProperties: [], signatures: [] })
 *
 * assert.equal(encodeMessage(json).length, 16 + json.length)
 * ```
 */
export function encodeMessage(json: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = encodeFrameHeader({ type: 'MessageJSON', payloadSize: json.length })
  const bytes = new Uint8Array(header.length + json.length)
  bytes.set(header)
  bytes.set(json, header.length)
  return bytes
}

function writeRange(frame: Extract<Frame, { type: 'ChunkRange' }>, bytes: Uint8Array): void {
  const { offset, length, payloadSize, endOfChunk } = frame
  if (length !== payloadSize) {
    throw new RangeError(`Expected a range of ${payloadSize} bytes, got ${length} bytes`)
  }
  if (offset + length > Number.MAX_SAFE_INTEGER) {
    throw new RangeError(`Expected a range that ends below 2^53, got ${offset} + ${length}`)
  }
  writeUint64(bytes, RANGE_OFFSET_AT, offset)
  writeUint64(bytes, RANGE_LENGTH_AT, length)
  writeUint32(bytes, RANGE_FLAGS_AT, endOfChunk ? 1 : 0)
}
