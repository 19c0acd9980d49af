/** A blob that holds bytes of one document. */
export interface PackRef {
  key: string
  locator?: string
}

/**
 * A pack that a command names for the first time. The sweeper may have deleted it meanwhile, however
 * long ago: the store knows so by the epoch in which the pack was written.
 */
export interface NewPack extends PackRef {
  /** The store's epoch as it was read before the key was chosen; 0 when left out. */
  since?: number
}
