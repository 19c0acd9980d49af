import type { Chunk } from '../../src/protocol/chunking/chunk.ts'
import { CHUNK_HEADER_BYTES, encodeFrameHeader } from '../../src/protocol/frames/encoder.ts'
import { chunkIdOf } from '../../src/protocol/spooky/spooky.ts'

/** A stream of Chunk frames, as an upload session takes them, and the signature of its content. */
export interface FrameStream {
  bytes: Buffer
  chunks: Chunk[]
}

/**
 * Frames of one size each, header included, that fill `totalBytes`. Every chunk is different.
 *
 * @param options.frameBytes divides `totalBytes`
 */
export function buildFrames(options: { totalBytes: number; frameBytes: number }): FrameStream {
  const { totalBytes, frameBytes } = options
  const bytes = Buffer.alloc(totalBytes, 'wopikit ')
  const chunks: Chunk[] = []
  const payloadSize = frameBytes - CHUNK_HEADER_BYTES
  for (let start = 0; start < totalBytes; start += frameBytes) {
    const payload = bytes.subarray(start + CHUNK_HEADER_BYTES, start + frameBytes)
    payload.writeDoubleBE(Math.random(), 0)
    payload.writeUInt32BE(chunks.length, 8)
    const id = chunkIdOf(payload)
    bytes.set(encodeFrameHeader({ type: 'Chunk', payloadSize, chunkId: id }), start)
    chunks.push({ id, length: payloadSize })
  }
  return { bytes, chunks }
}
