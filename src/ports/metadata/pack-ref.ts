/** A blob that holds bytes of one document. */
export interface PackRef {
  key: string
  locator?: string
}
