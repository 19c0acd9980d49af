import type { ChunkId, PlacedChunk } from '../../protocol/chunking/chunk.ts'
import { EMPTY_CHUNK_ID } from '../../protocol/chunking/chunk-id.ts'
import { placeChunks } from '../../protocol/signature.ts'
import { type Extent, type ExtentIndex, indexExtents } from './extents.ts'
import { isLive, type Manifest, type StreamState } from './manifest.ts'

/** Bytes in which chunks can be found: a stream, a session, or the frames of one request. */
export interface ChunkSource {
  chunks: readonly PlacedChunk[]
  extents: readonly Extent[]
}

/** A chunk that was found. */
export interface FoundChunk {
  /** In bytes. */
  length: number
  /** The extents of `length` bytes of it from `offset` on. */
  slice(offset: number, length: number): Extent[]
}

/**
 * Where the chunks of one request can be found. It is made of one document's own sources, anew for
 * each request: a ChunkId never reaches another document's bytes.
 */
export interface ChunkIndex {
  find(id: ChunkId): FoundChunk | undefined
}

const NOTHING: FoundChunk = { length: 0, slice: () => [] }

/** Indexes sources; where two know the same id, the earlier source wins. */
export function indexChunks(sources: readonly ChunkSource[]): ChunkIndex {
  const places = new Map<ChunkId, { chunk: PlacedChunk; bytes: ExtentIndex }>()
  for (const source of sources) {
    const bytes = indexExtents(source.extents)
    for (const chunk of source.chunks)
      if (!places.has(chunk.id)) places.set(chunk.id, { chunk, bytes })
  }

  return {
    find(id) {
      const place = places.get(id)
      // Zip chunking leaves out empty payloads, so a client may name the empty chunk at any time.
      if (!place) return id === EMPTY_CHUNK_ID ? NOTHING : undefined
      const { chunk, bytes } = place
      return {
        length: chunk.length,
        slice: (offset, length) => bytes.slice(chunk.offset + offset, length),
      }
    },
  }
}

/** The chunks of a stream under all their names. */
export function streamSource(stream: StreamState): ChunkSource {
  return {
    chunks: [...placeChunks(stream.chunks), ...stream.alternatives],
    extents: stream.extents,
  }
}

/** The chunks of all streams of a state that are still there at `now`. */
export function manifestSources({ streams }: Manifest, now: number): ChunkSource[] {
  return streams.filter((stream) => isLive(stream, now)).map(streamSource)
}
