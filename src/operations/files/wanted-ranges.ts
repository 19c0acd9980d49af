import { EXTENTS_MAX } from '../../content/limits.ts'
import type { Piece } from '../../content/packs/assemble.ts'
import type { CheckedChunks } from '../../content/packs/checked.ts'
import { indexChunks, streamSources } from '../../content/state/chunk-index.ts'
import { buildChunkTable } from '../../content/state/chunk-table.ts'
import { ExtentList } from '../../content/state/extents.ts'
import type { StreamState } from '../../content/state/manifest.ts'
import type { PlacedChunk } from '../../protocol/chunking/chunk.ts'
import { CHUNK_ID_BYTES } from '../../protocol/chunking/chunk-id.ts'
import { PackedChunks } from '../../protocol/chunking/packed-chunks.ts'
import { WopiError } from '../../protocol/errors.ts'
import { encodeFrameHeader } from '../../protocol/frames/encoder.ts'
import { ITEMS_PER_STEP, type Steps } from '../../protocol/steps.ts'

/** Ranges that are asked of one stream: ids with offsets and lengths; a length of -1 has no end. */
export interface AskedRanges {
  streamId: string
  /** Left out when there is no such stream. */
  stream: StreamState | undefined
  ranges: PackedChunks
}

/** Ranges of one stream that are there. */
export interface FoundRanges {
  streamId: string
  stream: StreamState
  /** Inside the bounds of their chunks. */
  ranges: PackedChunks
  /** Where each range starts in the stream, and whether it reaches to the end of its chunk. */
  starts: Float64Array
  ends: Uint8Array
  /** The ranges that name a chunk first. */
  firsts: Uint32Array
}

const NO_EXTENTS = new ExtentList()
/** How much the answer may repeat: so many times the streams asked for, and a little more, in bytes. */
const REPEATS_MAX = 4
const REPEATS_MORE_BYTES = 1024 * 1024

/**
 * Finds ranges in their streams; chunks that are gone are left out.
 *
 * @throws WopiError MESSAGE_INVALID when the ranges are not inside their chunks, lie in too many
 *   pieces, or ask for the same bytes too often
 */
export function* findRanges(asked: readonly AskedRanges[]): Steps<FoundRanges[]> {
  const found: FoundRanges[] = []
  const left = { pieces: EXTENTS_MAX, bytes: REPEATS_MORE_BYTES }
  for (const { stream } of asked) left.bytes += REPEATS_MAX * (stream?.size ?? 0)
  for (const { streamId, stream, ranges } of asked)
    if (stream) found.push({ streamId, stream, ...(yield* findIn(stream, ranges, left)) })
  return found
}

function* findIn(
  stream: StreamState,
  asked: PackedChunks,
  left: { pieces: number; bytes: number },
): Steps<Omit<FoundRanges, 'streamId' | 'stream'>> {
  const table = yield* buildChunkTable(streamSources(stream))
  const index = indexChunks([table])
  const ids = asked.rawIds
  const ranges = new PackedChunks()
  const starts = new Float64Array(asked.length)
  const ends = new Uint8Array(asked.length)
  for (let i = 0; i < asked.length; i++) {
    if (i % ITEMS_PER_STEP === 0) yield
    const chunk = index.findRaw(ids, i * CHUNK_ID_BYTES)
    if (!chunk) continue
    const { offset, length } = clampRange(asked, i, chunk.length)
    const place = table.find(ids, i * CHUNK_ID_BYTES)
    starts[ranges.length] = place ? place.source.chunks.offsetAt(place.index) + offset : 0
    ends[ranges.length] = offset + length === chunk.length ? 1 : 0
    ranges.pushRaw(ids, i * CHUNK_ID_BYTES, length, offset)
    left.bytes -= length
    left.pieces -= 1
    for (const _ of chunk.slice(offset, length)) left.pieces -= 1
    checkLeft(left)
  }
  return { ranges, starts, ends, firsts: yield* firstsOf(ranges) }
}

function checkLeft({ pieces, bytes }: { pieces: number; bytes: number }): void {
  if (pieces < 0)
    throw new WopiError('MESSAGE_INVALID', {
      detail: `The ranges lie in more than ${EXTENTS_MAX} pieces: ask for fewer at once`,
    })
  if (bytes < 0)
    throw new WopiError('MESSAGE_INVALID', {
      detail: `The ranges name more than ${REPEATS_MAX} times the bytes of their streams: ask for each range once`,
    })
}

/** A length of -1, or one beyond the end, reaches to the end of the chunk. */
function clampRange(asked: PackedChunks, index: number, chunkLength: number) {
  const offset = asked.offsetAt(index)
  const length = asked.lengthAt(index)
  if (offset > chunkLength)
    throw new WopiError('MESSAGE_INVALID', {
      detail: `Chunk ${asked.idAt(index)} has ${chunkLength} bytes; the range starts at ${offset}`,
    })
  const rest = chunkLength - offset
  return { offset, length: length === -1 ? rest : Math.min(length, rest) }
}

/** The ranges whose chunk no earlier range names. */
function* firstsOf(ranges: PackedChunks): Steps<Uint32Array> {
  const ids = ranges.rawIds
  const source = { chunks: ranges, extents: NO_EXTENTS }
  const table = yield* buildChunkTable([source])
  const firsts = new Uint32Array(ranges.length)
  let count = 0
  for (let i = 0; i < ranges.length; i++) {
    if (i % ITEMS_PER_STEP === 0) yield
    if (table.find(ids, i * CHUNK_ID_BYTES)?.index === i) firsts[count++] = i
  }
  return firsts.slice(0, count)
}

/** The ChunkRange frames, in order, each made when it is asked for. */
export function* rangeFrames(found: readonly FoundRanges[]): Generator<Piece> {
  for (const answer of found)
    for (let i = 0; i < answer.ranges.length; i++) {
      yield headerOf(answer, i)
      const length = answer.ranges.lengthAt(i)
      yield* answer.stream.extents.slice(answer.starts[i] as number, length)
    }
}

/** Length of all these frames in bytes, and the whole chunks in them. */
export function* measureFrames(
  found: readonly FoundRanges[],
): Steps<{ length: number; chunks: CheckedChunks }> {
  let length = 0
  let count = 0
  let bytes = 0
  for (const { ranges, ends } of found) {
    length += RANGE_HEADER_BYTES * ranges.length
    for (let i = 0; i < ranges.length; i++) {
      if (i % ITEMS_PER_STEP === 0) yield
      length += ranges.lengthAt(i)
      if (!ends[i] || ranges.offsetAt(i) > 0) continue
      count++
      bytes += ranges.lengthAt(i)
    }
  }
  return { length, chunks: { length: count, bytes, [Symbol.iterator]: () => placedIn(found) } }
}

function* placedIn(found: readonly FoundRanges[]): Generator<PlacedChunk> {
  let offset = 0
  for (const { ranges, ends } of found)
    for (let i = 0; i < ranges.length; i++) {
      const length = ranges.lengthAt(i)
      offset += RANGE_HEADER_BYTES
      if (ends[i] && ranges.offsetAt(i) === 0) yield { id: ranges.idAt(i), length, offset }
      offset += length
    }
}

function headerOf({ ranges, ends }: FoundRanges, index: number): Uint8Array {
  const length = ranges.lengthAt(index)
  return encodeFrameHeader({
    type: 'ChunkRange',
    chunkId: ranges.idAt(index),
    payloadSize: length,
    offset: ranges.offsetAt(index),
    length,
    endOfChunk: ends[index] === 1,
  })
}

const RANGE_HEADER_BYTES = encodeFrameHeader({
  type: 'ChunkRange',
  chunkId: 'AAAAAAAAAAAAAAAAAAAAAA==',
  payloadSize: 0,
  offset: 0,
  length: 0,
  endOfChunk: true,
}).length
