import type { ProofKeys } from '../protocol/proof-key.ts'

/**
 * The keys with which clients sign their requests. It returns the same object for as long as the keys
 * are the same, and never lets a caller wait without end.
 */
export interface ProofKeySource {
  /**
   * The keys that were read last. Waits only when none have been read yet.
   *
   * @throws when none have been read yet, and reading them fails now
   */
  keys(): Promise<ProofKeys>

  /**
   * Reads the keys again, unless that happened a moment ago: callers may ask after every request that
   * fails. Returns the keys of before when reading fails.
   *
   * @throws as `keys`
   */
  refresh(): Promise<ProofKeys>
}
