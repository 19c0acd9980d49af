/** A blob that holds bytes of one document. */
export interface PackRef {
  key: string
  locator?: string
}

/**
 * A pack that a command names for the first time. The sweeper may have deleted it meanwhile, at any
 * time: the epoch in which the pack was written tells the store.
 */
export interface NewPack extends PackRef {
  /** The store's epoch, read before the key was chosen (default: 0). */
  since?: number
}
