import type { ProofKeys } from '../protocol/proof-key.ts'

/**
 * Knows the keys that clients sign their requests with. It gives the same object for as long as the
 * keys are the same, and nobody waits for it without end.
 */
export interface ProofKeySource {
  /**
   * The keys as they were last seen. Waits only when they have never been seen.
   *
   * @throws when they have never been seen and cannot be had now
   */
  keys(): Promise<ProofKeys>

  /**
   * Looks whether the keys have changed, unless that was done a moment ago: it may be called for
   * every request that fails. The keys of before are given when the new ones cannot be had.
   *
   * @throws as `keys`
   */
  refresh(): Promise<ProofKeys>
}
