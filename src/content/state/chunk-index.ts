import type { ChunkId } from '../../protocol/chunking/chunk.ts'
import { chunkIdToBytes, EMPTY_CHUNK_ID } from '../../protocol/chunking/chunk-id.ts'
import type { ChunkSource, ChunkTable } from './chunk-table.ts'
import type { Extent } from './extents.ts'
import { isLive, type Manifest, type StreamState } from './manifest.ts'

/** A chunk in a source. */
export interface FoundChunk {
  /** Length in bytes. */
  length: number
  /** The extents of `length` bytes of the chunk, from `offset`. */
  slice(offset: number, length: number): Iterable<Extent>
}

/**
 * Where the chunks of one request can be found. It is made of one document's own sources: a ChunkId
 * never reaches another document's bytes.
 */
export interface ChunkIndex {
  find(id: ChunkId): FoundChunk | undefined
  /** The same, of the raw id in `bytes` at `at`. */
  findRaw(bytes: Uint8Array, at: number): FoundChunk | undefined
}

const NOTHING: FoundChunk = { length: 0, slice: () => [] }
const EMPTY_RAW_ID = chunkIdToBytes(EMPTY_CHUNK_ID)

/** Joins tables; where two know the same id, the earlier one wins. */
export function indexChunks(tables: readonly ChunkTable[]): ChunkIndex {
  function findRaw(bytes: Uint8Array, at: number): FoundChunk | undefined {
    for (const table of tables) {
      const place = table.find(bytes, at)
      if (!place) continue
      const { chunks, extents } = place.source
      const start = chunks.offsetAt(place.index)
      return {
        length: chunks.lengthAt(place.index),
        slice: (offset, length) => extents.slice(start + offset, length),
      }
    }
    // Zip chunking omits empty payloads, so a client may name the empty chunk at any time.
    return EMPTY_RAW_ID.every((byte, i) => byte === bytes[at + i]) ? NOTHING : undefined
  }

  return { findRaw, find: (id) => findRaw(chunkIdToBytes(id), 0) }
}

/** The chunks of a stream under all their ids. */
export function streamSources({ chunks, alternatives, extents }: StreamState): ChunkSource[] {
  return [
    { chunks, extents },
    { chunks: alternatives, extents },
  ]
}

/** The chunks of all streams of a state that are live at `now`. */
export function manifestSources({ streams }: Manifest, now: number): ChunkSource[] {
  return streams.filter((stream) => isLive(stream, now)).flatMap(streamSources)
}
