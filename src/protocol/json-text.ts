import type { ChunkId } from './chunking/chunk.ts'
import type { PackedChunks } from './chunking/packed-chunks.ts'
import { ITEMS_PER_STEP, type Steps } from './steps.ts'

/** A long list inside a JSON text: its entries are written when they are needed. */
export interface JsonList {
  readonly length: number
  /** An entry in ASCII, without comma. */
  entry(index: number): string
  /** Length of an entry, in characters. */
  lengthOf(index: number): number
}

/** Texts and long lists that make one JSON text together. */
export type JsonPart = string | JsonList

/** How much text is made at a time, in characters. */
const PIECE_CHARS = 16 * 1024
const ENTRY_CHARS = '{"ChunkId":"","Length":}'.length
const ID_CHARS = 24

/** The entries of a signature's list: ids and lengths. */
export function signatureEntries(chunks: PackedChunks): JsonList {
  return {
    length: chunks.length,
    entry: (index) => `{"ChunkId":"${chunks.idAt(index)}","Length":${chunks.lengthAt(index)}}`,
    lengthOf: (index) => ENTRY_CHARS + ID_CHARS + digitsOf(chunks.lengthAt(index)),
  }
}

/** A list of some of the ids of chunks. */
export function idEntries(indexes: ArrayLike<number>, idAt: (index: number) => ChunkId): JsonList {
  return {
    length: indexes.length,
    entry: (index) => `"${idAt(indexes[index] as number)}"`,
    lengthOf: () => ID_CHARS + 2,
  }
}

/** Length of a JSON text in UTF-8, in bytes. */
export function* measureJson(parts: readonly JsonPart[]): Steps<number> {
  let bytes = 0
  for (const part of parts) {
    if (typeof part === 'string') {
      bytes += new TextEncoder().encode(part).length
      continue
    }
    bytes += Math.max(0, part.length - 1)
    for (let i = 0; i < part.length; i++) {
      if (i % ITEMS_PER_STEP === 0) yield
      bytes += part.lengthOf(i)
    }
  }
  return bytes
}

/** Writes a JSON text piece by piece, as it is asked for. */
export function* writeJson(parts: readonly JsonPart[]): Generator<Uint8Array> {
  const encoder = new TextEncoder()
  let text = ''
  for (const piece of texts(parts)) {
    text += piece
    if (text.length < PIECE_CHARS) continue
    yield encoder.encode(text)
    text = ''
  }
  if (text.length > 0) yield encoder.encode(text)
}

function* texts(parts: readonly JsonPart[]): Generator<string> {
  for (const part of parts) {
    if (typeof part === 'string') yield part
    else for (let i = 0; i < part.length; i++) yield i === 0 ? part.entry(i) : `,${part.entry(i)}`
  }
}

function digitsOf(value: number): number {
  let digits = 1
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++
  return digits
}
