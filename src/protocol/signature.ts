import type { Chunk, ChunkingScheme, PlacedChunk } from './chunking/chunk.ts'

/** What a stream is made of: its chunks follow each other without gaps, and may repeat. */
export interface StreamSignature {
  streamId: string
  scheme: ChunkingScheme
  chunks: Chunk[]
}

/**
 * Length of the stream that these chunks make, in bytes.
 *
 * @example
 * ```ts
 * import { streamSize } from 'wopikit/protocol'
 *
 * assert.equal(streamSize([{ id: 'a', length: 10 }, { id: 'b', length: 5 }]), 15)
 * ```
 */
export function streamSize(chunks: readonly Chunk[]): number {
  return chunks.reduce((size, chunk) => size + chunk.length, 0)
}

/**
 * The chunks with their places in the stream.
 *
 * @example
 * ```ts
 * import { placeChunks } from 'wopikit/protocol'
 *
 * const placed = placeChunks([
 *   { id: 'a', length: 10 },
 *   { id: 'b', length: 5 },
 * ])
 *
 * assert.equal(placed[1]?.offset, 10)
 * ```
 */
export function placeChunks(chunks: readonly Chunk[]): PlacedChunk[] {
  let offset = 0
  return chunks.map(({ id, length }) => {
    const placed = { id, length, offset }
    offset += length
    return placed
  })
}
