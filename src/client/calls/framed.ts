import type { ChunkId } from '../../protocol/chunking/chunk.ts'
import { END_FRAME, encodeFrameHeader, encodeMessage } from '../../protocol/frames/encoder.ts'

/** A chunk that a request brings. */
export interface InlineChunk {
  id: ChunkId
  bytes: Uint8Array
}

/** A body of frames. Chunks go as parts of a Blob, so that nothing is copied. */
export function framed(message: Uint8Array, chunks: readonly InlineChunk[] = []): Blob {
  const frames = chunks.flatMap(({ id, bytes }) => [
    encodeFrameHeader({ type: 'Chunk', payloadSize: bytes.length, chunkId: id }),
    bytes,
  ])
  return new Blob([encodeMessage(message), ...frames, END_FRAME] as BlobPart[])
}
