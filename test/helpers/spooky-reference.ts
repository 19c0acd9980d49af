/**
 * SpookyHash V2 written a second time, slowly: one array of BigInt words, loops instead of
 * unrolled lines, nothing shared with the fast one. Follows the description at
 * https://burtleburtle.net/bob/hash/spooky.html.
 */
const MASK = (1n << 64n) - 1n
const SEED = 0xdeadbeefdeadbeefn

const MIX_ROTATIONS = [11, 32, 43, 31, 17, 28, 39, 57, 55, 54, 22, 46]
const END_ROTATIONS = [44, 15, 34, 21, 38, 33, 10, 13, 38, 53, 42, 54]
const SHORT_MIX_ROTATIONS = [50, 52, 30, 41, 54, 48, 38, 37, 62, 34, 5, 36]
const SHORT_END_ROTATIONS = [15, 52, 26, 51, 28, 9, 47, 54, 32, 25, 63]

/** The 16 raw bytes: h1 and h2, each little-endian. */
export function spookyReference(message: Uint8Array): Uint8Array {
  const [h1 = 0n, h2 = 0n] = message.length < 192 ? short(message) : long(message)
  const digest = new DataView(new ArrayBuffer(16))
  digest.setBigUint64(0, h1, true)
  digest.setBigUint64(8, h2, true)
  return new Uint8Array(digest.buffer)
}

function long(message: Uint8Array): bigint[] {
  const s = Array.from({ length: 12 }, (_, i) => (i % 3 === 2 ? SEED : 0n))
  const whole = message.length - (message.length % 96)
  for (let at = 0; at < whole; at += 96) mix(s, words(message.subarray(at, at + 96)))
  const last = new Uint8Array(96)
  last.set(message.subarray(whole))
  last[95] = message.length - whole
  for (const [i, word] of words(last).entries()) add(s, i, word)
  for (let round = 0; round < 3; round++) endPartial(s)
  return s
}

function mix(s: bigint[], data: bigint[]): void {
  MIX_ROTATIONS.forEach((rotation, i) => {
    add(s, i, at(data, i))
    xor(s, i + 2, at(s, i + 10))
    xor(s, i + 11, at(s, i))
    rotate(s, i, rotation)
    add(s, i + 11, at(s, i + 1))
  })
}

function endPartial(s: bigint[]): void {
  END_ROTATIONS.forEach((rotation, i) => {
    add(s, i + 11, at(s, i + 1))
    xor(s, i + 2, at(s, i + 11))
    rotate(s, i + 1, rotation)
  })
}

function short(message: Uint8Array): bigint[] {
  const s = [0n, 0n, SEED, SEED]
  const halves = Math.floor(message.length / 16)
  for (let half = 0; half < halves; half++) {
    const [low = 0n, high = 0n] = words(message.subarray(half * 16, half * 16 + 16))
    const first = half % 2 === 0
    add(s, first ? 2 : 0, low)
    add(s, first ? 3 : 1, high)
    if (first) shortMix(s)
  }
  addShortTail(s, message, halves * 16)
  shortEnd(s)
  return s
}

function shortMix(s: bigint[]): void {
  SHORT_MIX_ROTATIONS.forEach((rotation, i) => {
    rotate(s, i + 2, rotation)
    add(s, i + 2, at(s, i + 3))
    xor(s, i, at(s, i + 2))
  })
}

function addShortTail(s: bigint[], message: Uint8Array, from: number): void {
  add(s, 3, BigInt(message.length) << 56n)
  if (from === message.length) {
    add(s, 2, SEED)
    add(s, 3, SEED)
  }
  for (let i = from; i < message.length; i++) {
    const place = i - from
    add(s, place < 8 ? 2 : 3, BigInt(message[i] ?? 0) << BigInt(8 * (place % 8)))
  }
}

function shortEnd(s: bigint[]): void {
  SHORT_END_ROTATIONS.forEach((rotation, i) => {
    xor(s, i + 3, at(s, i + 2))
    rotate(s, i + 2, rotation)
    add(s, i + 3, at(s, i + 2))
  })
}

function words(bytes: Uint8Array): bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: bytes.length / 8 }, (_, i) => view.getBigUint64(8 * i, true))
}

/** Variables are numbered round and round. */
function at(s: bigint[], index: number): bigint {
  return s[index % s.length] ?? 0n
}

function add(s: bigint[], index: number, value: bigint): void {
  s[index % s.length] = (at(s, index) + value) & MASK
}

function xor(s: bigint[], index: number, value: bigint): void {
  s[index % s.length] = at(s, index) ^ value
}

function rotate(s: bigint[], index: number, bits: number): void {
  const value = at(s, index)
  s[index % s.length] = ((value << BigInt(bits)) | (value >> BigInt(64 - bits))) & MASK
}
