import type { ChunkingScheme } from '../../protocol/chunking/chunk.ts'
import { EMPTY_CHUNK_ID } from '../../protocol/chunking/chunk-id.ts'
import { PackedChunks } from '../../protocol/chunking/packed-chunks.ts'
import { ExtentList } from './extents.ts'

/** How a stream is cut. */
interface PackedStream {
  scheme: ChunkingScheme
  /** In bytes. */
  size: number
  chunks: PackedChunks
  alternatives: PackedChunks
}

/** Bytes that came whole: how they are cut, and what of that is still open. */
export interface ChunkedContent extends PackedStream {
  extents: ExtentList
  /** Housekeeping has yet to find out whether it is a zip. */
  awaitsChunking: boolean
}

/** How bytes are cut that lie in `extents`. */
export function chunkedContent(
  { scheme, size, chunks, alternatives }: PackedStream,
  extents: ExtentList,
  awaitsChunking: boolean,
): ChunkedContent {
  return { scheme, size, chunks, alternatives, extents, awaitsChunking }
}

/** What a stream without bytes is answered as (get-chunked-file). */
export function emptyContent(): PackedStream & Pick<ChunkedContent, 'extents'> {
  return {
    scheme: 'FullFile',
    size: 0,
    chunks: PackedChunks.of([{ id: EMPTY_CHUNK_ID, length: 0 }]),
    alternatives: new PackedChunks(),
    extents: new ExtentList(),
  }
}
