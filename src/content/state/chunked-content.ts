import type { StreamChunks } from '../../protocol/chunking/chunk.ts'
import { EMPTY_CHUNK_ID } from '../../protocol/chunking/chunk-id.ts'
import type { Extent } from './extents.ts'

/** Bytes that came whole: how they are cut, and what of that is still open. */
export interface ChunkedContent extends StreamChunks {
  extents: Extent[]
  /** Housekeeping has yet to find out whether it is a zip. */
  awaitsChunking: boolean
}

/** How bytes are cut that lie in `extents`. */
export function chunkedContent(
  { scheme, size, chunks, alternatives }: StreamChunks,
  extents: Extent[],
  awaitsChunking: boolean,
): ChunkedContent {
  return { scheme, size, chunks, alternatives, extents, awaitsChunking }
}

/** What a stream without bytes is answered as (get-chunked-file). */
export const EMPTY_CONTENT = {
  scheme: 'FullFile' as const,
  size: 0,
  chunks: [{ id: EMPTY_CHUNK_ID, length: 0 }],
  extents: [],
}
