/** What a store knows of itself as a whole. */
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
  /** Made up when the store was created: 32 hexadecimal digits. */
  identity: string
  /** Grows with every judgement of packs that nothing names, and with `raiseEpoch`. */
  epoch: number
  /** Whether the store knows of any document. */
  hasDocuments: boolean
}
