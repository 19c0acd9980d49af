/**
 * SpookyHash V2 without WebAssembly, for pages whose Content-Security-Policy refuses that. It does
 * what assembly/spooky.ts does, on the same layout, some 20 times slower: JavaScript has no whole
 * numbers of 64 bits that are fast, so each is a pair of 32 bits, the lower half first.
 */
import { BLOCK_BYTES, PENDING_AT, SHORT_BYTES, type SpookyModule, VARIABLES_AT } from './module.ts'

const MIX_ROTATIONS = [11, 32, 43, 31, 17, 28, 39, 57, 55, 54, 22, 46]
const END_ROTATIONS = [44, 15, 34, 21, 38, 33, 10, 13, 38, 53, 42, 54]
const END_ROUNDS = 3
const SHORT_MIX_ROTATIONS = [50, 52, 30, 41, 54, 48, 38, 37, 62, 34, 5, 36]
const SHORT_END_ROTATIONS = [15, 52, 26, 51, 28, 9, 47, 54, 32, 25, 63]
/** Each half of 0xdeadbeefdeadbeef. */
const SEED = 0xdeadbeef | 0

const DIGEST = 0
const ACTIVE = 64
const ONE_SHOT = 384
const SCRATCH = 1024
/** 256 blocks, so that whole pieces leave nothing pending. */
const SCRATCH_BYTES = 256 * BLOCK_BYTES
const MEMORY_BYTES = SCRATCH + SCRATCH_BYTES + BLOCK_BYTES

/** 64-bit words in halves: word n is at 2n and 2n + 1. */
type Words = Int32Array

const VARIABLES = 12
/** Where the variables are that follow each one, round and round. */
const AFTER_1 = placesAfter(1)
const AFTER_2 = placesAfter(2)
const AFTER_10 = placesAfter(10)
const AFTER_11 = placesAfter(11)

export function createJavaScriptModule(): SpookyModule {
  return new JavaScriptModule()
}

class JavaScriptModule implements SpookyModule {
  readonly memory = new Uint8Array(MEMORY_BYTES)
  readonly digestAt = DIGEST
  readonly activeAt = ACTIVE
  readonly oneShotAt = ONE_SHOT
  readonly scratchAt = SCRATCH
  readonly scratchBytes = SCRATCH_BYTES
  readonly #view = new DataView(this.memory.buffer)
  readonly #s: Words = new Int32Array(2 * VARIABLES)
  readonly #data: Words = new Int32Array(2 * VARIABLES)

  reset(state: number): void {
    this.#view.setBigUint64(state, 0n, true)
  }

  hash(length: number): void {
    if (length < SHORT_BYTES) this.#hashShort(length)
    else this.#hashLong(length)
  }

  update(state: number, length: number): void {
    const before = this.#lengthOf(state)
    const after = before + length
    this.#view.setBigUint64(state, BigInt(after), true)
    const pending = pendingOf(before)
    if (after < SHORT_BYTES) {
      this.memory.copyWithin(state + PENDING_AT + pending, SCRATCH, SCRATCH + length)
      return
    }
    if (before < SHORT_BYTES) this.#begin(state)
    const from = SCRATCH - pending
    const to = SCRATCH + length - ((pending + length) % BLOCK_BYTES)
    this.memory.copyWithin(from, state + PENDING_AT, state + PENDING_AT + pending)
    this.#mix(state, from, to)
    this.memory.copyWithin(state + PENDING_AT, to, SCRATCH + length)
  }

  digest(state: number): void {
    const length = this.#lengthOf(state)
    const pending = pendingOf(length)
    this.memory.copyWithin(SCRATCH, state + PENDING_AT, state + PENDING_AT + pending)
    if (length < SHORT_BYTES) this.#hashShort(pending)
    else this.#end(state, SCRATCH, pending)
  }

  #lengthOf(state: number): number {
    return Number(this.#view.getBigUint64(state, true))
  }

  #load(into: Words, at: number, words: number): void {
    for (let half = 0; half < 2 * words; half++) {
      into[half] = this.#view.getInt32(at + 4 * half, true)
    }
  }

  #store(at: number, words: number): void {
    for (let half = 0; half < 2 * words; half++) {
      this.#view.setInt32(at + 4 * half, word(this.#s, half), true)
    }
  }

  #hashLong(length: number): void {
    const rest = length % BLOCK_BYTES
    this.#begin(ONE_SHOT)
    this.#mix(ONE_SHOT, SCRATCH, SCRATCH + length - rest)
    this.#end(ONE_SHOT, SCRATCH + length - rest, rest)
  }

  #begin(state: number): void {
    for (let half = 0; half < 2 * VARIABLES; half++) this.#s[half] = half % 6 < 4 ? 0 : SEED
    this.#store(state + VARIABLES_AT, VARIABLES)
  }

  /** Mixes the whole blocks between `from` and `to` into the variables of `state`. */
  #mix(state: number, from: number, to: number): void {
    this.#load(this.#s, state + VARIABLES_AT, VARIABLES)
    for (let block = from; block < to; block += BLOCK_BYTES) {
      this.#load(this.#data, block, VARIABLES)
      mixBlock(this.#s, this.#data)
    }
    this.#store(state + VARIABLES_AT, VARIABLES)
  }

  /** Ends the long form: `tail` are the `rest` last bytes, fewer than a block; they are padded. */
  #end(state: number, tail: number, rest: number): void {
    this.memory.fill(0, tail + rest, tail + BLOCK_BYTES - 1)
    this.memory[tail + BLOCK_BYTES - 1] = rest
    this.#load(this.#s, state + VARIABLES_AT, VARIABLES)
    this.#load(this.#data, tail, VARIABLES)
    for (let at = 0; at < 2 * VARIABLES; at += 2) add(this.#s, at, this.#data, at)
    for (let round = 0; round < END_ROUNDS; round++) mixEnd(this.#s)
    this.#store(DIGEST, 2)
  }

  /** The short form, for messages of fewer than SHORT_BYTES; overwrites 16 bytes behind them. */
  #hashShort(length: number): void {
    const s = this.#s
    this.memory.fill(0, SCRATCH + length, SCRATCH + length + 16)
    s.fill(0, 0, 4)
    s.fill(SEED, 4, 8)
    let at = 0
    for (; length - at >= 16; at += 16) {
      this.#load(this.#data, SCRATCH + at, 2)
      // The second half of a group of 32 bytes is only added.
      const first = at % 32 === 0
      addPair(s, first ? 4 : 0, this.#data)
      if (first) mixShort(s)
    }
    s[7] = word(s, 7) + (length << 24)
    // The bytes behind the message are zero, so whole words stand for any number of last bytes.
    if (at === length) this.#data.fill(SEED, 0, 4)
    else this.#load(this.#data, SCRATCH + at, 2)
    addPair(s, 4, this.#data)
    endShort(s)
    this.#store(DIGEST, 2)
  }
}

function placesAfter(distance: number): Uint8Array {
  return Uint8Array.from({ length: VARIABLES }, (_, index) => 2 * ((index + distance) % VARIABLES))
}

function mixBlock(s: Words, data: Words): void {
  for (let index = 0; index < VARIABLES; index++) {
    const own = 2 * index
    const eleven = word(AFTER_11, index)
    add(s, own, data, own)
    xor(s, word(AFTER_2, index), word(AFTER_10, index))
    xor(s, eleven, own)
    rotate(s, own, MIX_ROTATIONS[index] as number)
    add(s, eleven, s, word(AFTER_1, index))
  }
}

function mixEnd(s: Words): void {
  for (let index = 0; index < VARIABLES; index++) {
    const one = word(AFTER_1, index)
    const eleven = word(AFTER_11, index)
    add(s, eleven, s, one)
    xor(s, word(AFTER_2, index), eleven)
    rotate(s, one, END_ROTATIONS[index] as number)
  }
}

function mixShort(s: Words): void {
  SHORT_MIX_ROTATIONS.forEach((rotation, index) => {
    const [a, c, d] = [2 * (index % 4), 2 * ((index + 2) % 4), 2 * ((index + 3) % 4)]
    rotate(s, c, rotation)
    add(s, c, s, d)
    xor(s, a, c)
  })
}

function endShort(s: Words): void {
  SHORT_END_ROTATIONS.forEach((rotation, index) => {
    const [c, d] = [2 * ((index + 2) % 4), 2 * ((index + 3) % 4)]
    xor(s, d, c)
    rotate(s, c, rotation)
    add(s, d, s, c)
  })
}

function addPair(s: Words, at: number, data: Words): void {
  add(s, at, data, 0)
  add(s, at + 2, data, 2)
}

/** s[at] += from[other], of words that are not the same. */
function add(s: Words, at: number, from: Words, other: number): void {
  const added = word(from, other)
  const low = (word(s, at) + added) | 0
  const carry = low >>> 0 < added >>> 0 ? 1 : 0
  s[at] = low
  s[at + 1] = word(s, at + 1) + word(from, other + 1) + carry
}

function xor(s: Words, at: number, other: number): void {
  s[at] = word(s, at) ^ word(s, other)
  s[at + 1] = word(s, at + 1) ^ word(s, other + 1)
}

/** Rotates to the left by 1 to 63 bits. */
function rotate(s: Words, at: number, bits: number): void {
  const turned = bits >> 5
  const low = word(s, at + turned)
  const high = word(s, at + 1 - turned)
  const rest = bits & 31
  // A shift by 32 is none in JavaScript, so it is done in two steps.
  s[at] = (low << rest) | ((high >>> 1) >>> (31 - rest))
  s[at + 1] = (high << rest) | ((low >>> 1) >>> (31 - rest))
}

function pendingOf(length: number): number {
  return length < SHORT_BYTES ? length : length % BLOCK_BYTES
}

/** The element, which is there. */
function word(words: Words | Uint8Array, at: number): number {
  return words[at] as number
}
