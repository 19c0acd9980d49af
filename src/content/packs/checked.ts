import type { OpenedBytes } from '../../ports/blob-store.ts'
import type { PlacedChunk } from '../../protocol/chunking/chunk.ts'
import { chunkIdFromBytes } from '../../protocol/chunking/chunk-id.ts'
import { chunkIdOf, createHash } from '../../protocol/spooky/spooky.ts'
import { CHECKED_MAX_BYTES, CHECKED_MAX_CHUNKS } from '../limits.ts'

/** The stored bytes have changed since the host wrote them. */
export class DamagedBytesError extends Error {
  override readonly name = 'DamagedBytesError'
  readonly code = 'DAMAGED_BYTES'

  constructor(id: string) {
    super(
      `Chunk ${id} is damaged: its bytes have changed since they were stored. Run "wopikit verify" to find its pack`,
    )
  }
}

/** Chunks to be hashed again: an array, or a row whose chunks are made when they are asked for. */
export interface CheckedChunks extends Iterable<PlacedChunk> {
  /** How many there are. */
  readonly length: number
  /** Of all of them, in bytes (default: they are added up). */
  readonly bytes?: number
}

/**
 * Passes opened bytes on and hashes their chunks: all of them up to `CHECKED_MAX_BYTES`, a sample
 * of more. Before the end of a damaged chunk the iteration throws a DamagedBytesError. The first
 * piece is read and checked when the promise resolves, so damage in a small document is an error
 * before the reply starts.
 *
 * @param chunks the places of chunks in the opened bytes, in order and without overlap
 * @param options.start offset in the opened bytes from which places count (default: 0)
 * @param options.random a number in [0, 1) that selects the sample (default: `Math.random`)
 */
export async function checkChunks(
  opened: OpenedBytes,
  chunks: CheckedChunks,
  { start = 0, random = Math.random }: { start?: number; random?: () => number } = {},
): Promise<OpenedBytes> {
  const sample = sampleOf(chunks, random)
  const checked = passChecked(opened, sample, start)
  try {
    const first = await checked.next()
    const bytes = rejoin(first, checked)
    return {
      [Symbol.asyncIterator]: () => bytes,
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    }
  } catch (error) {
    await opened[Symbol.asyncDispose]()
    throw error
  }
}

async function* rejoin(
  first: IteratorResult<Uint8Array>,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    if (first.done) return
    yield first.value
    yield* rest
  } finally {
    await rest.return(undefined)
  }
}

function* sampleOf(chunks: CheckedChunks, random: () => number): Generator<PlacedChunk> {
  const bytes = chunks.bytes ?? addUp(chunks)
  const share = Math.min(CHECKED_MAX_BYTES / bytes, CHECKED_MAX_CHUNKS / chunks.length)
  for (const chunk of chunks) if (chunk.length > 0 && (share >= 1 || random() < share)) yield chunk
}

function addUp(chunks: CheckedChunks): number {
  let bytes = 0
  for (const { length } of chunks) bytes += length
  return bytes
}

async function* passChecked(
  opened: OpenedBytes,
  chunks: Iterator<PlacedChunk>,
  start: number,
): AsyncGenerator<Uint8Array> {
  const check = createCheck(chunks, start)
  for await (const bytes of opened) {
    check(bytes)
    yield bytes
  }
}

/** Takes bytes in order. Throws at the end of a chunk whose bytes do not match its id. */
function createCheck(chunks: Iterator<PlacedChunk>, start: number): (bytes: Uint8Array) => void {
  let chunk: PlacedChunk | undefined = chunks.next().value
  let position = -start
  let hash: ReturnType<typeof createHash> | undefined

  return (bytes) => {
    const end = position + bytes.length
    while (chunk && chunk.offset < end) {
      const chunkEnd = chunk.offset + chunk.length
      const part = bytes.subarray(Math.max(0, chunk.offset - position), chunkEnd - position)
      if (chunkEnd > end) {
        hash ??= createHash()
        hash.update(part)
        break
      }
      hash?.update(part)
      const id = hash ? chunkIdFromBytes(hash.digest()) : chunkIdOf(part)
      if (id !== chunk.id) throw new DamagedBytesError(chunk.id)
      hash = undefined
      chunk = chunks.next().value
    }
    position = end
  }
}
