import type { ChunkId } from './chunk.ts'

/** Raw size of a ChunkId, in bytes. */
export const CHUNK_ID_BYTES = 16
/** The ChunkId of no bytes at all. */
export const EMPTY_CHUNK_ID: ChunkId = 'GQn1a/wGJyPHUei0Ze5yiw=='

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0))
const PADDING = '='.charCodeAt(0)
/** Six bits for every character code; what is no Base64 is 0 and never asked for. */
const SEXTETS = new Uint8Array(128)
for (let bits = 0; bits < 64; bits++) SEXTETS[ALPHABET.charCodeAt(bits)] = bits

/** 16 bytes leave two bits for the 22nd character; canonical Base64 has zeros behind them. */
const CHUNK_ID = /^[A-Za-z0-9+/]{21}[AQgw]==$/

/**
 * Tells whether `text` is the canonical standard Base64 of exactly 16 bytes, 24 characters.
 *
 * @example
 * ```ts
 * import { isChunkId } from 'wopikit/protocol'
 *
 * assert.equal(isChunkId('AAAAAAAAAAAAAAAAAAAAAA=='), true)
 * assert.equal(isChunkId('AAAA'), false)
 * ```
 */
export function isChunkId(text: string): text is ChunkId {
  return text.length === 24 && CHUNK_ID.test(text)
}

/**
 * Turns the raw form (frames, "encode-send-data") into the text form (JSON).
 *
 * @throws RangeError when `raw` is not 16 bytes long
 *
 * @example
 * ```ts
 * import { chunkIdFromBytes, chunkIdToBytes } from 'wopikit/protocol'
 *
 * const id = chunkIdFromBytes(new Uint8Array(16))
 *
 * assert.equal(id, 'AAAAAAAAAAAAAAAAAAAAAA==')
 * assert.deepEqual(chunkIdToBytes(id), new Uint8Array(16))
 * ```
 */
export function chunkIdFromBytes(raw: Uint8Array): ChunkId {
  if (raw.length !== CHUNK_ID_BYTES) {
    throw new RangeError(`Expected a ChunkId of ${CHUNK_ID_BYTES} bytes, got ${raw.length} bytes`)
  }
  return chunkIdAt(raw, 0)
}

/** Like {@link chunkIdFromBytes}, of the 16 bytes at `offset`, which must be there. */
export function chunkIdAt(bytes: Uint8Array, offset: number): ChunkId {
  const a = threeBytes(bytes, offset)
  const b = threeBytes(bytes, offset + 3)
  const c = threeBytes(bytes, offset + 6)
  const d = threeBytes(bytes, offset + 9)
  const e = threeBytes(bytes, offset + 12)
  const last = bytes[offset + 15] as number
  // One call for all 24 characters: a text put together from parts has to be flattened later.
  return String.fromCharCode(
    code(a >> 18),
    code(a >> 12),
    code(a >> 6),
    code(a),
    code(b >> 18),
    code(b >> 12),
    code(b >> 6),
    code(b),
    code(c >> 18),
    code(c >> 12),
    code(c >> 6),
    code(c),
    code(d >> 18),
    code(d >> 12),
    code(d >> 6),
    code(d),
    code(e >> 18),
    code(e >> 12),
    code(e >> 6),
    code(e),
    code(last >> 2),
    code(last << 4),
    PADDING,
    PADDING,
  )
}

/**
 * Turns the text form into the 16 raw bytes.
 *
 * @throws RangeError when `id` is not a ChunkId
 *
 * @example
 * ```ts
 * import { chunkIdToBytes } from 'wopikit/protocol'
 *
 * assert.equal(chunkIdToBytes('AAAAAAAAAAAAAAAAAAAAAA==').length, 16)
 * ```
 */
export function chunkIdToBytes(id: ChunkId): Uint8Array<ArrayBuffer> {
  const raw = new Uint8Array(CHUNK_ID_BYTES)
  writeChunkId(id, raw, 0)
  return raw
}

/**
 * Writes the 16 raw bytes of `id` into `target` at `offset`.
 *
 * @throws RangeError when `id` is not a ChunkId
 */
export function writeChunkId(id: ChunkId, target: Uint8Array, offset: number): void {
  if (!isChunkId(id)) throw new RangeError(`Expected a ChunkId, got ${JSON.stringify(id)}`)
  let at = offset
  for (let from = 0; from < 20; from += 4) {
    const bits = (twelveBits(id, from) << 12) | twelveBits(id, from + 2)
    target[at++] = bits >> 16
    target[at++] = bits >> 8
    target[at++] = bits
  }
  target[at] = twelveBits(id, 20) >> 4
}

function threeBytes(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8)
  return high | (bytes[at + 2] as number)
}

/** Character code of the last six of `bits`. */
function code(bits: number): number {
  return CODES[bits & 63] as number
}

function twelveBits(text: string, at: number): number {
  const high = SEXTETS[text.charCodeAt(at)] as number
  return (high << 6) | (SEXTETS[text.charCodeAt(at + 1)] as number)
}
