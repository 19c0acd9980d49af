import type { Piece } from '../../content/packs/assemble.ts'
import type { CheckedChunks } from '../../content/packs/checked.ts'
import { buildChunkTable, type ChunkSource } from '../../content/state/chunk-table.ts'
import { ExtentList } from '../../content/state/extents.ts'
import type { StreamState } from '../../content/state/manifest.ts'
import type { PlacedChunk } from '../../protocol/chunking/chunk.ts'
import { CHUNK_ID_BYTES } from '../../protocol/chunking/chunk-id.ts'
import type { PackedChunks } from '../../protocol/chunking/packed-chunks.ts'
import { encodeFrameHeader } from '../../protocol/frames/encoder.ts'
import type { ChunksToReturn } from '../../protocol/messages.ts'
import { ITEMS_PER_STEP, type Steps } from '../../protocol/steps.ts'

/** What is asked of one stream that is there. */
export interface Wanted {
  stream: StreamState
  chunksToReturn: ChunksToReturn
  /** Chunks that the client has. */
  known: PackedChunks
}

/** Chunks that go out. */
export interface ChosenChunks {
  /** The Chunk frames, in order, each made when it is asked for. */
  pieces: Iterable<Piece>
  /** Of all of them, in bytes. */
  length: number
  /** The chunks, placed in these frames. */
  chunks: CheckedChunks
}

/** Bytes of a Chunk frame before its payload. */
const CHUNK_HEADER_BYTES = encodeFrameHeader({
  type: 'Chunk',
  chunkId: 'AAAAAAAAAAAAAAAAAAAAAA==',
  payloadSize: 0,
}).length

/** Chooses the chunks that a client lacks; a chunk that several places need goes out once. */
export function* chooseChunks(wanted: readonly Wanted[]): Steps<ChosenChunks> {
  const sources = wanted.map(({ stream }) => stream)
  const table = yield* buildChunkTable(sources)
  const sent = new Map<ChunkSource, Uint8Array>(
    sources.map((source) => [source, new Uint8Array(source.chunks.length)]),
  )
  const chosen: { stream: StreamState; marks: Uint8Array }[] = []
  let length = 0
  let count = 0
  for (const { stream, chunksToReturn, known } of wanted) {
    const has = yield* buildChunkTable([{ chunks: known, extents: new ExtentList() }])
    const { chunks } = stream
    const ids = chunks.rawIds
    const marks = new Uint8Array(chunks.length)
    for (let i = firstOf(stream, chunksToReturn); i < chunks.length; i++) {
      if (i % ITEMS_PER_STEP === 0) yield
      // The place at which the id is found stands for all places that have it.
      const place = table.find(ids, i * CHUNK_ID_BYTES)
      const isSent = place && sent.get(place.source)
      if (!place || !isSent || isSent[place.index] || has.find(ids, i * CHUNK_ID_BYTES)) continue
      isSent[place.index] = 1
      marks[i] = 1
      count++
      length += CHUNK_HEADER_BYTES + chunks.lengthAt(i)
    }
    chosen.push({ stream, marks })
  }
  const bytes = length - count * CHUNK_HEADER_BYTES
  const chunks = { length: count, bytes, [Symbol.iterator]: () => placedIn(chosen) }
  return { pieces: framesOf(chosen), length, chunks }
}

/** Where the chunks begin that a filter is about. */
function firstOf({ scheme, chunks }: StreamState, chunksToReturn: ChunksToReturn): number {
  if (chunksToReturn === 'All') return 0
  if (chunksToReturn === 'LastZipChunk' && scheme === 'Zip') return Math.max(0, chunks.length - 1)
  return chunks.length
}

/** The chunks with their places in the frames. */
function* placedIn(
  chosen: readonly { stream: StreamState; marks: Uint8Array }[],
): Generator<PlacedChunk> {
  let offset = 0
  for (const { stream, marks } of chosen)
    for (let i = marks.indexOf(1); i >= 0; i = marks.indexOf(1, i + 1)) {
      const length = stream.chunks.lengthAt(i)
      offset += CHUNK_HEADER_BYTES
      yield { id: stream.chunks.idAt(i), length, offset }
      offset += length
    }
}

function* framesOf(
  chosen: readonly { stream: StreamState; marks: Uint8Array }[],
): Generator<Piece> {
  for (const { stream, marks } of chosen) {
    const { chunks, extents } = stream
    for (let i = marks.indexOf(1); i >= 0; i = marks.indexOf(1, i + 1)) {
      const payloadSize = chunks.lengthAt(i)
      yield encodeFrameHeader({ type: 'Chunk', chunkId: chunks.idAt(i), payloadSize })
      yield* extents.slice(chunks.offsetAt(i), payloadSize)
    }
  }
}
