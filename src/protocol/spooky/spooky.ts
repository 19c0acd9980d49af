/**
 * SpookyHash V2, 128 bits, both seeds 0, by which "chunk-streams" names chunks. It is fast, not
 * collision-resistant: an id is a name inside one document, never a proof of who wrote the bytes.
 */
import type { ChunkId } from '../chunking/chunk.ts'
import { chunkIdAt } from '../chunking/chunk-id.ts'
import { SPOOKY_WASM } from './wasm.generated.ts'

/** A hash that takes its bytes piece by piece. Any number of them may be in use, interleaved. */
export interface ChunkHash {
  /** Bytes taken so far. */
  readonly length: number
  update(bytes: Uint8Array): void
  /** The 16 raw bytes of everything taken so far; updating may go on afterwards. */
  digest(): Uint8Array<ArrayBuffer>
  /**
   * The state for {@link restoreHash}, HASH_STATE_BYTES long. It depends on the bytes taken only,
   * not on how they were cut.
   */
  save(): Uint8Array<ArrayBuffer>
  /** Forgets every byte taken. */
  reset(): void
}

const STATE_VERSION = 1

// The state in the module's memory, whose layout assembly/spooky.ts describes; in bytes.
const STATE_BYTES = 296
const VARIABLES_AT = 8
const PENDING_AT = 104
const BLOCK_BYTES = 96
const SHORT_BYTES = 192

/** Size of a saved hash, in bytes: a version byte and the state. */
export const HASH_STATE_BYTES = 1 + STATE_BYTES

/** Hashes `bytes` in one go; the result is the 16 raw bytes of their ChunkId. */
export function hashBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const wasm = hashWhole(bytes)
  return wasm.memory.slice(wasm.digestAt, wasm.digestAt + 16)
}

/** The ChunkId of `bytes`. */
export function chunkIdOf(bytes: Uint8Array): ChunkId {
  const wasm = hashWhole(bytes)
  return chunkIdAt(wasm.memory, wasm.digestAt)
}

/** Starts a hash of bytes that come in pieces. */
export function createHash(): ChunkHash {
  return new SpookyHash()
}

/**
 * Goes on with a hash where {@link ChunkHash.save} left it.
 *
 * @throws RangeError when `state` is no state of a hash, or of a version that is not known
 */
export function restoreHash(state: Uint8Array): ChunkHash {
  if (state.length !== HASH_STATE_BYTES) {
    throw new RangeError(
      `Expected a hash state of ${HASH_STATE_BYTES} bytes, got ${state.length} bytes`,
    )
  }
  if (state[0] !== STATE_VERSION) {
    throw new RangeError(`Expected a hash state of version ${STATE_VERSION}, got ${state[0]}`)
  }
  return new SpookyHash(new Uint8Array(state.subarray(1)))
}

class SpookyHash implements ChunkHash {
  /** Whose state is in the module's memory; the others keep theirs parked. */
  static #active: SpookyHash | undefined

  readonly #parked: Uint8Array
  #length: number

  constructor(state: Uint8Array = new Uint8Array(STATE_BYTES)) {
    this.#parked = state
    this.#length = lengthIn(state)
  }

  get length(): number {
    return this.#length
  }

  update(bytes: Uint8Array): void {
    const wasm = this.#activate()
    updateFrom(wasm, wasm.activeAt, bytes)
    this.#length += bytes.length
  }

  digest(): Uint8Array<ArrayBuffer> {
    const wasm = this.#activate()
    wasm.digest(wasm.activeAt)
    return wasm.memory.slice(wasm.digestAt, wasm.digestAt + 16)
  }

  save(): Uint8Array<ArrayBuffer> {
    if (SpookyHash.#active === this) this.#park()
    const saved = new Uint8Array(HASH_STATE_BYTES)
    saved[0] = STATE_VERSION
    saved.set(this.#parked, 1)
    clearUnused(saved.subarray(1), this.#length)
    return saved
  }

  reset(): void {
    if (SpookyHash.#active === this) SpookyHash.#active = undefined
    this.#parked.fill(0)
    this.#length = 0
  }

  #activate(): Wasm {
    const wasm = loadWasm()
    if (SpookyHash.#active !== this) {
      if (SpookyHash.#active) SpookyHash.#active.#park()
      wasm.memory.set(this.#parked, wasm.activeAt)
      SpookyHash.#active = this
    }
    return wasm
  }

  #park(): void {
    const { memory, activeAt } = loadWasm()
    this.#parked.set(memory.subarray(activeAt, activeAt + STATE_BYTES))
  }
}

/** @throws RangeError when the length in `state` cannot have been saved */
function lengthIn(state: Uint8Array): number {
  const length = new DataView(state.buffer, state.byteOffset).getBigUint64(0, true)
  if (length > Number.MAX_SAFE_INTEGER) {
    throw new RangeError(`Expected a hash state of at most 2^53 bytes, got ${length}`)
  }
  return Number(length)
}

/** Equal bytes have equal states: what earlier bytes left behind goes. */
function clearUnused(state: Uint8Array, length: number): void {
  const short = length < SHORT_BYTES
  if (short) state.fill(0, VARIABLES_AT, PENDING_AT)
  state.fill(0, PENDING_AT + (short ? length : length % BLOCK_BYTES))
}

/** The compiled assembly/spooky.ts, which describes these functions and places. */
interface Wasm {
  memory: Uint8Array<ArrayBuffer>
  digestAt: number
  activeAt: number
  oneShotAt: number
  scratchAt: number
  scratchBytes: number
  hash(length: number): void
  reset(state: number): void
  update(state: number, length: number): void
  digest(state: number): void
}

let loaded: Wasm | undefined

function loadWasm(): Wasm {
  loaded ??= instantiate()
  return loaded
}

/** Synchronous, which browsers allow for a module as small as this one. */
function instantiate(): Wasm {
  const code = Uint8Array.from(atob(SPOOKY_WASM), (character) => character.charCodeAt(0))
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code))
  const at = (name: string) => (exports[name] as WebAssembly.Global<'i32'>).value
  return {
    memory: new Uint8Array((exports.memory as WebAssembly.Memory).buffer as ArrayBuffer),
    digestAt: at('DIGEST'),
    activeAt: at('ACTIVE'),
    oneShotAt: at('ONE_SHOT'),
    scratchAt: at('SCRATCH'),
    scratchBytes: at('SCRATCH_BYTES'),
    hash: exports.hash as Wasm['hash'],
    reset: exports.reset as Wasm['reset'],
    update: exports.update as Wasm['update'],
    digest: exports.digest as Wasm['digest'],
  }
}

/** Leaves the digest of `bytes` at `digestAt`. */
function hashWhole(bytes: Uint8Array): Wasm {
  const wasm = loadWasm()
  if (bytes.length <= wasm.scratchBytes) {
    wasm.memory.set(bytes, wasm.scratchAt)
    wasm.hash(bytes.length)
  } else {
    wasm.reset(wasm.oneShotAt)
    updateFrom(wasm, wasm.oneShotAt, bytes)
    wasm.digest(wasm.oneShotAt)
  }
  return wasm
}

function updateFrom(wasm: Wasm, state: number, bytes: Uint8Array): void {
  const { memory, scratchAt, scratchBytes } = wasm
  let from = 0
  for (; bytes.length - from > scratchBytes; from += scratchBytes) {
    memory.set(bytes.subarray(from, from + scratchBytes), scratchAt)
    wasm.update(state, scratchBytes)
  }
  memory.set(from === 0 ? bytes : bytes.subarray(from), scratchAt)
  wasm.update(state, bytes.length - from)
}
