import { type Extent, ExtentList } from '../../src/content/state/extents.ts'
import type { Manifest, StreamState } from '../../src/content/state/manifest.ts'
import type { Chunk, PlacedChunk } from '../../src/protocol/chunking/chunk.ts'
import { PackedChunks } from '../../src/protocol/chunking/packed-chunks.ts'

/** A stream with its lists as arrays, as tests write them. */
export interface PlainStream extends Omit<StreamState, 'chunks' | 'alternatives' | 'extents'> {
  chunks: Chunk[]
  alternatives: PlacedChunk[]
  extents: Extent[]
}

export interface PlainManifest extends Omit<Manifest, 'streams'> {
  streams: PlainStream[]
}

export function packStream(stream: PlainStream): StreamState {
  return {
    ...stream,
    chunks: PackedChunks.of(stream.chunks),
    alternatives: PackedChunks.of(stream.alternatives),
    extents: ExtentList.of(stream.extents),
  }
}

export function packManifest({ streams, ...rest }: PlainManifest): Manifest {
  return { ...rest, streams: streams.map(packStream) }
}

export function plainManifest({ streams, ...rest }: Manifest): PlainManifest {
  return {
    ...rest,
    streams: streams.map((stream) => ({
      ...stream,
      chunks: [...stream.chunks],
      alternatives: [...stream.alternatives.placed()],
      extents: [...stream.extents],
    })),
  }
}
