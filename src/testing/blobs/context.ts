import type { BlobStore, ByteRange } from '../../ports/blob-store.ts'

/** Registers a test that gets a fresh store. */
export type BlobContractTest = (name: string, body: (store: BlobStore) => Promise<void>) => void

export const KEY = 'ab/ab12cd/x9-0f'

/** Keys that would lead out of the store, or mean different things to different stores. */
export const HOSTILE_KEYS = [
  '',
  '/',
  '..',
  '../x',
  'a/../b',
  'a/./b',
  '.tmp',
  '/a',
  'a/',
  'a//b',
  'A',
  'a/B',
  'a_b',
  'a.b',
  'a b',
  'a\\b',
  'a\0',
  'a\n',
  'ä',
  '%2e%2e',
  'c:',
  'a'.repeat(201),
  `${'a/'.repeat(100)}b`,
]

/** Bytes that differ everywhere, so that a wrong order or a gap shows. */
export function someBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length)
  let state = seed
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
    bytes[at] = state >>> 16
  }
  return bytes
}

/** Yields `bytes` in pieces. */
export async function* inPieces(bytes: Uint8Array, pieceBytes = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.slice(at, at + pieceBytes)
}

export async function readAll(
  store: BlobStore,
  key: string,
  range?: ByteRange,
  locator?: string,
): Promise<Uint8Array> {
  const options = { ...(range && { range }), ...(locator !== undefined && { locator }) }
  await using opened = await store.open(key, options)
  const pieces: Uint8Array[] = []
  for await (const piece of opened) pieces.push(new Uint8Array(piece))
  return join(pieces)
}

export function join(pieces: Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.length
  }
  return joined
}

export async function listedKeys(store: BlobStore, prefix = ''): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(prefix)) keys.push(key)
  return keys.sort()
}
