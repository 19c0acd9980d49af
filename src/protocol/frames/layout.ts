/**
 * The frame format of "encode-send-data"
 * (https://learn.microsoft.com/microsoft-365/cloud-storage-partner-program/plus/file-transfer/encode-send-data).
 * Frames follow each other without padding; every integer is unsigned and big-endian.
 *
 *   offset | width | field
 *   -------+-------+--------------------------------------------------------------------------
 *        0 |     4 | FrameType: 1 EndFrame, 2 MessageJSON, 3 Chunk, 4 ChunkRange; 0 is invalid
 *        4 |     4 | size of the extended header, in bytes: 0, 0, 16, 36 by type
 *        8 |     8 | size of the payload, in bytes; 0 for EndFrame
 *       16 |       | extended header of Chunk and ChunkRange:
 *       16 |    16 |   ChunkId, raw bytes (no integer: not turned round)
 *          |       | extended header of ChunkRange only:
 *       32 |     8 |   Offset of the range in its chunk, in bytes
 *       40 |     8 |   Length of the range, in bytes; the same as the size of the payload
 *       48 |     4 |   Flags: 1 when the range ends where the chunk ends, else 0
 *
 * then the payload. What follows an EndFrame is ignored.
 */
import type { ChunkId } from '../chunking/chunk.ts'

export const FRAME_HEADER_BYTES = 16
export const EXTENDED_HEADER_SIZE_AT = 4
export const PAYLOAD_SIZE_AT = 8
export const CHUNK_ID_AT = 16
export const RANGE_OFFSET_AT = 32
export const RANGE_LENGTH_AT = 40
export const RANGE_FLAGS_AT = 48
/** Header and extended header of a ChunkRange, the longest there are. */
export const FRAME_HEADER_MAX_BYTES = 52

/** A frame without its payload; sizes, offset and length in bytes. */
export type Frame =
  | { type: 'EndFrame'; payloadSize: 0 }
  | { type: 'MessageJSON'; payloadSize: number }
  | { type: 'Chunk'; payloadSize: number; chunkId: ChunkId }
  | {
      type: 'ChunkRange'
      payloadSize: number
      chunkId: ChunkId
      /** Of the range's first byte, counted in its chunk. */
      offset: number
      /** The same as payloadSize. */
      length: number
      /** Whether the range ends where the chunk ends. */
      endOfChunk: boolean
    }

export type FrameType = Frame['type']

/** FrameType on the wire and size of the extended header, by name. */
export const FRAME_TYPES = {
  EndFrame: { code: 1, extendedHeaderBytes: 0 },
  MessageJSON: { code: 2, extendedHeaderBytes: 0 },
  Chunk: { code: 3, extendedHeaderBytes: 16 },
  ChunkRange: { code: 4, extendedHeaderBytes: 36 },
} as const satisfies Record<FrameType, { code: number; extendedHeaderBytes: number }>

const NAMES: readonly FrameType[] = ['EndFrame', 'MessageJSON', 'Chunk', 'ChunkRange']

/** Name of a FrameType on the wire; undefined when there is no such type. */
export function frameTypeOf(code: number): FrameType | undefined {
  return NAMES[code - 1]
}
