/** The code that hashes, compiled or not, and where in its memory things are; in bytes. */
export interface SpookyModule {
  readonly memory: Uint8Array<ArrayBuffer>
  /** Where a digest is left: 16 bytes. */
  readonly digestAt: number
  /** The state of the incremental hash that is in use. */
  readonly activeAt: number
  /** The state of a one-shot hash that is too long for the scratch area. */
  readonly oneShotAt: number
  /** Where the caller puts bytes, at most `scratchBytes`. */
  readonly scratchAt: number
  readonly scratchBytes: number
  /** Hashes the first `length` bytes of the scratch area. */
  hash(length: number): void
  /** Starts the hash in `state` anew. */
  reset(state: number): void
  /** Adds the first `length` bytes of the scratch area to the hash in `state`. */
  update(state: number, length: number): void
  /** Leaves the digest of the hash in `state`, which can go on. */
  digest(state: number): void
}

/*
 * The layout of a state, which assembly/spooky.ts describes:
 * 0: bytes hashed so far, 8: the twelve variables, 104: bytes not yet mixed.
 */
export const STATE_BYTES = 296
export const VARIABLES_AT = 8
export const PENDING_AT = 104
export const BLOCK_BYTES = 96
/** Below this a message is hashed by the short form. */
export const SHORT_BYTES = 192
