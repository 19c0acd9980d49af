import type { ProofKeys } from '../protocol/proof-key.ts'

/**
 * The keys with which clients sign their requests. The result is the same object as long as the
 * keys stay the same. No call waits without end.
 */
export interface ProofKeySource {
  /**
   * The keys that were read last. Waits only when none have been read yet.
   *
   * @throws when none have been read yet, and reading them fails now
   */
  keys(): Promise<ProofKeys>

  /**
   * Reads the keys again, unless they were read a moment ago: callers may ask after every request
   * that fails. Returns the previous keys when reading fails.
   *
   * @throws as `keys`
   */
  refresh(): Promise<ProofKeys>
}
