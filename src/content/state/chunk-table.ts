import { randomBytes } from 'node:crypto'
import { CHUNK_ID_BYTES } from '../../protocol/chunking/chunk-id.ts'
import type { PackedChunks } from '../../protocol/chunking/packed-chunks.ts'
import { ITEMS_PER_STEP, type Steps } from '../../protocol/steps.ts'
import type { ExtentList } from './extents.ts'

/** Bytes in which chunks can be found: a stream, a session, or the frames of one request. */
export interface ChunkSource {
  chunks: PackedChunks
  extents: ExtentList
}

/** Where a chunk is. */
export interface ChunkPlace {
  source: ChunkSource
  /** In the chunks of the source. */
  index: number
}

/** Finds chunks by their id. */
export interface ChunkTable {
  /** Memory that it takes beside its sources, in bytes. */
  readonly heldBytes: number
  /** The chunk whose raw id is in `bytes` at `at`. */
  find(bytes: Uint8Array, at: number): ChunkPlace | undefined
}

/** What a table takes for each chunk, in bytes; at most. */
export const TABLE_BYTES_PER_CHUNK = 24

/**
 * Clients choose the ids that they send, so places in the table depend on numbers that they cannot
 * know: else they could bring all chunks to one place.
 */
const SEEDS = new Uint32Array(randomBytes(CHUNK_ID_BYTES).buffer.slice(0, CHUNK_ID_BYTES)).map(
  (seed) => seed | 1,
)

/** Makes a table of sources; where two have the same id, the earlier source wins. */
export function* buildChunkTable(sources: readonly ChunkSource[]): Steps<ChunkTable> {
  const count = sources.reduce((sum, { chunks }) => sum + chunks.length, 0)
  const bits = Math.max(2, Math.ceil(Math.log2(count * 1.5 + 1)))
  const slots = new Uint32Array(2 ** bits)
  const sourceOf = new Uint32Array(count)
  const indexOf = new Uint32Array(count)
  const ids = sources.map(({ chunks }) => chunks.rawIds)
  let entries = 0

  /** The slot that has this id, or the empty one where it belongs. */
  function slotOf(bytes: Uint8Array, at: number): number {
    let slot = hash(bytes, at) >>> (32 - bits)
    for (let entry = slots[slot] as number; entry > 0; entry = slots[slot] as number) {
      const known = ids[sourceOf[entry - 1] as number] as Uint8Array
      if (isSame(known, (indexOf[entry - 1] as number) * CHUNK_ID_BYTES, bytes, at)) return slot
      slot = (slot + 1) & (slots.length - 1)
    }
    return slot
  }

  for (const [number, { chunks }] of sources.entries())
    for (let index = 0; index < chunks.length; index++) {
      if (index % ITEMS_PER_STEP === 0) yield
      const slot = slotOf(ids[number] as Uint8Array, index * CHUNK_ID_BYTES)
      if (slots[slot]) continue
      sourceOf[entries] = number
      indexOf[entries] = index
      slots[slot] = ++entries
    }

  return {
    heldBytes: slots.byteLength + sourceOf.byteLength + indexOf.byteLength,
    find(bytes, at) {
      const entry = slots[slotOf(bytes, at)] as number
      if (entry === 0) return undefined
      const source = sources[sourceOf[entry - 1] as number] as ChunkSource
      return { source, index: indexOf[entry - 1] as number }
    },
  }
}

function hash(bytes: Uint8Array, at: number): number {
  let sum = 0
  for (let word = 0; word < CHUNK_ID_BYTES / 4; word++) {
    const from = at + 4 * word
    const high = ((bytes[from] as number) << 24) | ((bytes[from + 1] as number) << 16)
    const low = ((bytes[from + 2] as number) << 8) | (bytes[from + 3] as number)
    sum = Math.imul(sum ^ high ^ low, SEEDS[word] as number)
    sum ^= sum >>> 15
  }
  return Math.imul(sum, SEEDS[0] as number)
}

function isSame(one: Uint8Array, oneAt: number, other: Uint8Array, otherAt: number): boolean {
  for (let i = 0; i < CHUNK_ID_BYTES; i++) if (one[oneAt + i] !== other[otherAt + i]) return false
  return true
}
