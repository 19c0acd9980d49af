/** What a store knows about itself as a whole. */
export interface EpochStore {
  /** Who the store is, and how far it has come. */
  readEpoch(): Promise<StoreEpoch>
  /**
   * Raises the epoch above what it was and above `above`, and gives the store this identity.
   *
   * @returns the new epoch
   */
  raiseEpoch(to: { identity: string; above: number }): Promise<number>
}

/** The identity of a store, and a number that only grows. */
export interface StoreEpoch {
  /** Chosen at random when the store was created: 32 hexadecimal digits. */
  identity: string
  /** Grows with every judgement of packs that nothing names, and with `raiseEpoch`. */
  epoch: number
  /** Whether the store has any document. */
  hasDocuments: boolean
}
