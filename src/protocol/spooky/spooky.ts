/**
 * SpookyHash V2, 128 bits, both seeds 0, by which "chunk-streams" names chunks. It is fast, not
 * collision-resistant: an id is a name inside one document, never a proof of who wrote the bytes.
 */
import type { ChunkId } from '../chunking/chunk.ts'
import { chunkIdAt } from '../chunking/chunk-id.ts'
import { createJavaScriptModule } from './javascript.ts'
import {
  BLOCK_BYTES,
  PENDING_AT,
  SHORT_BYTES,
  type SpookyModule,
  STATE_BYTES,
  VARIABLES_AT,
} from './module.ts'
import { compileWasmModule } from './wasm.ts'

/** A hash that takes its bytes piece by piece. Any number of them may be in use, interleaved. */
export interface ChunkHash {
  /** Bytes taken so far. */
  readonly length: number
  update(bytes: Uint8Array): void
  /** The 16 raw bytes of everything taken so far; updating may go on afterwards. */
  digest(): Uint8Array<ArrayBuffer>
  /**
   * The state for {@link restoreHash}, HASH_STATE_BYTES long. It depends on the bytes taken only,
   * not on how they were split.
   */
  save(): Uint8Array<ArrayBuffer>
  /** Forgets every byte taken. */
  reset(): void
}

/** The hash functions over one module. */
export interface Spooky {
  hashBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer>
  chunkIdOf(bytes: Uint8Array): ChunkId
  createHash(): ChunkHash
  restoreHash(state: Uint8Array): ChunkHash
}

const STATE_VERSION = 1
/** Size of a saved hash, in bytes: a version byte and the state. */
export const HASH_STATE_BYTES = 1 + STATE_BYTES

let loaded: Spooky | undefined

/**
 * Hashes `bytes` in one go; the result is the 16 raw bytes of their ChunkId.
 *
 * @example
 * ```ts
 * import { chunkIdOf, chunkIdToBytes, hashBytes } from 'wopikit/protocol'
 *
 * const bytes = new TextEncoder().encode('in one go')
 *
 * assert.deepEqual(hashBytes(bytes), chunkIdToBytes(chunkIdOf(bytes)))
 * ```
 */
export function hashBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return load().hashBytes(bytes)
}

/**
 * The ChunkId of `bytes`.
 *
 * @example
 * ```ts
 * import { chunkIdOf, isChunkId } from 'wopikit/protocol'
 *
 * assert.ok(isChunkId(chunkIdOf(new TextEncoder().encode('bytes of a chunk'))))
 * ```
 */
export function chunkIdOf(bytes: Uint8Array): ChunkId {
  return load().chunkIdOf(bytes)
}

/**
 * Starts a hash of bytes that come in pieces.
 *
 * @example
 * ```ts
 * import { chunkIdFromBytes, chunkIdOf, createHash } from 'wopikit/protocol'
 *
 * const bytes = new TextEncoder().encode('in pieces')
 * const hash = createHash()
 * hash.update(bytes.subarray(0, 3))
 * hash.update(bytes.subarray(3))
 *
 * assert.equal(chunkIdFromBytes(hash.digest()), chunkIdOf(bytes))
 * ```
 */
export function createHash(): ChunkHash {
  return load().createHash()
}

/**
 * Goes on with a hash where {@link ChunkHash.save} left it.
 *
 * @throws RangeError when `state` is no state of a hash, or of a version that is not known
 *
 * @example
 * ```ts
 * import { createHash, restoreHash } from 'wopikit/protocol'
 *
 * const hash = createHash()
 * hash.update(new Uint8Array(1000))
 * const later = restoreHash(hash.save()) // in another process, for instance
 *
 * assert.deepEqual(later.digest(), hash.digest())
 * ```
 */
export function restoreHash(state: Uint8Array): ChunkHash {
  return load().restoreHash(state)
}

function load(): Spooky {
  loaded ??= createSpooky(loadModule())
  return loaded
}

/** WebAssembly, or JavaScript where that is missing or a Content-Security-Policy refuses it. */
function loadModule(): SpookyModule {
  try {
    return compileWasmModule()
  } catch {
    return createJavaScriptModule()
  }
}

/** The hash functions over a module, of which they use the memory alone. */
export function createSpooky(module: SpookyModule): Spooky {
  const bench = new Workbench(module)
  return {
    hashBytes(bytes) {
      bench.hashWhole(bytes)
      return bench.readDigest()
    },
    chunkIdOf(bytes) {
      bench.hashWhole(bytes)
      return chunkIdAt(module.memory, module.digestAt)
    },
    createHash: () => new SpookyHash(bench),
    restoreHash(state) {
      if (state.length !== HASH_STATE_BYTES) {
        throw new RangeError(
          `Expected a hash state of ${HASH_STATE_BYTES} bytes, got ${state.length} bytes`,
        )
      }
      if (state[0] !== STATE_VERSION) {
        throw new RangeError(`Expected a hash state of version ${STATE_VERSION}, got ${state[0]}`)
      }
      return new SpookyHash(bench, new Uint8Array(state.subarray(1)))
    },
  }
}

/** The memory of a module, in which one incremental hash is at work at a time. */
class Workbench {
  readonly #module: SpookyModule
  /** Whose state is in the module's memory; the others keep theirs parked. */
  #active: Uint8Array | undefined

  constructor(module: SpookyModule) {
    this.#module = module
  }

  /** Puts the state at work that is parked in `state`, and parks the one before. */
  activate(state: Uint8Array): void {
    if (this.#active === state) return
    if (this.#active) this.park(this.#active)
    this.#module.memory.set(state, this.#module.activeAt)
    this.#active = state
  }

  /** Copies the state to `state`, if it is the one at work. */
  park(state: Uint8Array): void {
    const { memory, activeAt } = this.#module
    if (this.#active === state) state.set(memory.subarray(activeAt, activeAt + STATE_BYTES))
  }

  /** Drops the state, if it is the one at work. */
  forget(state: Uint8Array): void {
    if (this.#active === state) this.#active = undefined
  }

  /** Adds bytes to the state at work. */
  update(bytes: Uint8Array): void {
    this.#updateAt(this.#module.activeAt, bytes)
  }

  digest(): Uint8Array<ArrayBuffer> {
    this.#module.digest(this.#module.activeAt)
    return this.readDigest()
  }

  /** Leaves the digest of `bytes` to be read. */
  hashWhole(bytes: Uint8Array): void {
    const { memory, scratchAt, scratchBytes, oneShotAt } = this.#module
    if (bytes.length <= scratchBytes) {
      memory.set(bytes, scratchAt)
      this.#module.hash(bytes.length)
    } else {
      this.#module.reset(oneShotAt)
      this.#updateAt(oneShotAt, bytes)
      this.#module.digest(oneShotAt)
    }
  }

  readDigest(): Uint8Array<ArrayBuffer> {
    const { memory, digestAt } = this.#module
    return memory.slice(digestAt, digestAt + 16)
  }

  #updateAt(state: number, bytes: Uint8Array): void {
    const { memory, scratchAt, scratchBytes } = this.#module
    let from = 0
    for (; bytes.length - from > scratchBytes; from += scratchBytes) {
      memory.set(bytes.subarray(from, from + scratchBytes), scratchAt)
      this.#module.update(state, scratchBytes)
    }
    memory.set(from === 0 ? bytes : bytes.subarray(from), scratchAt)
    this.#module.update(state, bytes.length - from)
  }
}

class SpookyHash implements ChunkHash {
  readonly #bench: Workbench
  readonly #parked: Uint8Array
  #length: number

  constructor(bench: Workbench, state: Uint8Array = new Uint8Array(STATE_BYTES)) {
    this.#bench = bench
    this.#parked = state
    this.#length = lengthIn(state)
  }

  get length(): number {
    return this.#length
  }

  update(bytes: Uint8Array): void {
    this.#bench.activate(this.#parked)
    this.#bench.update(bytes)
    this.#length += bytes.length
  }

  digest(): Uint8Array<ArrayBuffer> {
    this.#bench.activate(this.#parked)
    return this.#bench.digest()
  }

  save(): Uint8Array<ArrayBuffer> {
    this.#bench.park(this.#parked)
    const saved = new Uint8Array(HASH_STATE_BYTES)
    saved[0] = STATE_VERSION
    saved.set(this.#parked, 1)
    clearUnused(saved.subarray(1), this.#length)
    return saved
  }

  reset(): void {
    this.#bench.forget(this.#parked)
    this.#parked.fill(0)
    this.#length = 0
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
