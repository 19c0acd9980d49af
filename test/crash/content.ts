import { createHash } from 'node:crypto'
import { chunkIdOf } from '../../src/protocol/spooky/spooky.ts'
import type { RawChunk } from '../helpers/raw-wire.ts'
import { bytesFrom, type Random } from './random.ts'

const CHUNK_MAX_BYTES = 40 * 1024
const CHUNKS_MAX = 12
/** How likely a new state keeps a chunk of the state before it. */
const KEEP = 0.4

/** A state of a document's content that a client has sent, or means to. */
export interface Content {
  scheme: 'Zip' | 'FullFile'
  chunks: readonly RawChunk[]
  bytes: Buffer
  digest: string
}

/** Content made of these chunks in this order. */
export function contentOf(scheme: Content['scheme'], chunks: readonly RawChunk[]): Content {
  const bytes = Buffer.concat(chunks.map((chunk) => chunk.bytes))
  return { scheme, chunks, bytes, digest: digestOf(bytes) }
}

/** By which a content read back is recognised: a mix of two states has a digest of neither. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Content of one chunk, as PutFile brings it. */
export function wholeContent(random: Random): Content {
  return contentOf('FullFile', [newChunk(random)])
}

/** New content that shares chunks with `base`, as a delta upload brings it. */
export function changedContent(random: Random, base: Content): Content {
  const kept = base.chunks.filter(() => random.chance(KEEP)).slice(0, CHUNKS_MAX)
  const added = Array.from({ length: random.between(1, CHUNKS_MAX) }, () => newChunk(random))
  return contentOf('Zip', [...kept, ...added])
}

function newChunk(random: Random): RawChunk {
  const seed = random.between(0, 2 ** 32 - 1)
  const bytes = bytesFrom(seed, random.between(1, CHUNK_MAX_BYTES))
  return { id: chunkIdOf(bytes), bytes }
}
