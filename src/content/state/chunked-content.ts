import type { ChunkingScheme } from '../../protocol/chunking/chunk.ts'
import { EMPTY_CHUNK_ID } from '../../protocol/chunking/chunk-id.ts'
import { PackedChunks } from '../../protocol/chunking/packed-chunks.ts'
import { ExtentList } from './extents.ts'

/** The chunks of a stream. */
interface PackedStream {
  scheme: ChunkingScheme
  /** In bytes. */
  size: number
  chunks: PackedChunks
  alternatives: PackedChunks
}

/** The chunks of a stream that was received whole, and whether its chunking is still to be done. */
export interface ChunkedContent extends PackedStream {
  extents: ExtentList
  /** Housekeeping still has to check whether the stream is a zip. */
  awaitsChunking: boolean
}

/** Describes the chunking of the bytes in `extents`. */
export function chunkedContent(
  { scheme, size, chunks, alternatives }: PackedStream,
  extents: ExtentList,
  awaitsChunking: boolean,
): ChunkedContent {
  return { scheme, size, chunks, alternatives, extents, awaitsChunking }
}

/** How the host serves an empty stream (get-chunked-file). */
export function emptyContent(): PackedStream & Pick<ChunkedContent, 'extents'> {
  return {
    scheme: 'FullFile',
    size: 0,
    chunks: PackedChunks.of([{ id: EMPTY_CHUNK_ID, length: 0 }]),
    alternatives: new PackedChunks(),
    extents: new ExtentList(),
  }
}
