import type { ChunkId, PlacedChunk, RangeReader } from '../protocol/chunking/chunk.ts'
import { chunkIdFromBytes } from '../protocol/chunking/chunk-id.ts'
import { CHUNK_HEADER_BYTES, encodeFrameHeader } from '../protocol/frames/encoder.ts'
import { createHash } from '../protocol/spooky/spooky.ts'

/**
 * The stream of an upload session: Chunk frames of the chunks that the host lacks. It only ever
 * grows at its end, and the same plan always gives the same bytes.
 */
export interface UploadPlan {
  /** Length of the stream, in bytes. */
  readonly size: number
  /** The plan in a form to keep: first chunk and count of each run of the document's chunks. */
  readonly runs: readonly number[]
  /** Appends every chunk that is neither in the plan nor among `hostIds`, each id once. */
  cover(hostIds: ReadonlySet<ChunkId>): void
  /** The stream's bytes from `offset` on, at most `maxBytes`. */
  fragment(offset: number, maxBytes: number, read: RangeReader): Promise<Uint8Array>
  /** Whether the chunks that have bytes from `from` to `to` in the stream still have their ids. */
  isUnchanged(from: number, to: number, read: RangeReader): Promise<boolean>
  /** What the first `offset` bytes of the stream hold of the document. */
  contentBefore(offset: number): { bytes: number; chunks: number }
}

/** Most that is read from the document at once, in bytes: beside the fragment it is held twice. */
const READ_BYTES = 1024 * 1024

interface PlannedChunk extends PlacedChunk {
  /** First byte of its frame, counted in the session's stream. */
  frameOffset: number
  /** Bytes of content in the frames before it. */
  contentBefore: number
}

/**
 * @param chunks of the document, in order
 * @param runs of an earlier plan for the same chunks
 */
export function createUploadPlan(
  chunks: readonly PlacedChunk[],
  runs: readonly number[] = [],
): UploadPlan {
  const planned: PlannedChunk[] = []
  const plannedIds = new Set<ChunkId>()
  const kept: number[] = []

  function add(index: number): void {
    const chunk = chunks[index]
    if (!chunk) throw new RangeError(`The plan names chunk ${index} of ${chunks.length}`)
    const last = planned.at(-1)
    planned.push({
      ...chunk,
      frameOffset: last ? frameEnd(last) : 0,
      contentBefore: last ? last.contentBefore + last.length : 0,
    })
    plannedIds.add(chunk.id)
    keepRun(kept, index)
  }

  for (const index of indexesOf(runs)) add(index)

  return {
    get size() {
      const last = planned.at(-1)
      return last ? frameEnd(last) : 0
    },
    runs: kept,
    cover(hostIds) {
      chunks.forEach(({ id }, index) => {
        if (!hostIds.has(id) && !plannedIds.has(id)) add(index)
      })
    },
    async fragment(offset, maxBytes, read) {
      const bytes = new Uint8Array(Math.min(maxBytes, this.size - offset))
      let filled = 0
      for (let index = indexAt(planned, offset); filled < bytes.length; ) {
        const chunk = planned[index] as PlannedChunk
        const from = offset + filled - chunk.frameOffset
        filled += await fillFrom(chunk, from, bytes.subarray(filled), read)
        if (offset + filled === frameEnd(chunk)) index += 1
      }
      return bytes
    },
    async isUnchanged(from, to, read) {
      for (let index = indexAt(planned, from); index < planned.length; index++) {
        const chunk = planned[index] as PlannedChunk
        if (chunk.frameOffset >= to) return true
        if (!(await hasItsId(chunk, read))) return false
      }
      return true
    },
    contentBefore(offset) {
      const index = indexAt(planned, offset)
      const chunk = planned[index]
      if (!chunk) return { bytes: 0, chunks: 0 }
      const payload = Math.max(0, offset - chunk.frameOffset - CHUNK_HEADER_BYTES)
      const complete = offset >= frameEnd(chunk)
      return {
        bytes: chunk.contentBefore + Math.min(payload, chunk.length),
        chunks: complete ? index + 1 : index,
      }
    },
  }
}

/** Fills `target` with the next part of a chunk's frame, from its byte `from` on; returns its length. */
async function fillFrom(
  chunk: PlannedChunk,
  from: number,
  target: Uint8Array,
  read: RangeReader,
): Promise<number> {
  if (from < CHUNK_HEADER_BYTES) {
    const header = encodeFrameHeader({
      type: 'Chunk',
      payloadSize: chunk.length,
      chunkId: chunk.id,
    }).subarray(from, from + target.length)
    target.set(header)
    return header.length
  }
  const start = from - CHUNK_HEADER_BYTES
  const length = Math.min(chunk.length - start, target.length, READ_BYTES)
  target.set(await read(chunk.offset + start, length))
  return length
}

async function hasItsId(chunk: PlacedChunk, read: RangeReader): Promise<boolean> {
  const hash = createHash()
  for (let offset = 0; offset < chunk.length; offset += READ_BYTES) {
    const length = Math.min(READ_BYTES, chunk.length - offset)
    hash.update(await read(chunk.offset + offset, length))
  }
  return chunkIdFromBytes(hash.digest()) === chunk.id
}

function frameEnd({ frameOffset, length }: PlannedChunk): number {
  return frameOffset + CHUNK_HEADER_BYTES + length
}

/** The last chunk whose frame begins at `offset` or before. */
function indexAt(planned: readonly PlannedChunk[], offset: number): number {
  let low = 0
  let high = planned.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((planned[middle] as PlannedChunk).frameOffset <= offset) low = middle
    else high = middle
  }
  return low
}

function keepRun(runs: number[], index: number): void {
  const first = runs.at(-2)
  const count = runs.at(-1)
  if (first !== undefined && count !== undefined && first + count === index) {
    runs[runs.length - 1] = count + 1
  } else {
    runs.push(index, 1)
  }
}

function* indexesOf(runs: readonly number[]): Generator<number, void, undefined> {
  for (let at = 0; at + 1 < runs.length; at += 2) {
    const first = runs[at] as number
    for (let index = 0; index < (runs[at + 1] as number); index++) yield first + index
  }
}
