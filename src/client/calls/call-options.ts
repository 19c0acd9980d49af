/** Options that every call takes. */
export interface CallOptions {
  /** Aborting ends the request and the waiting between tries; the call rejects with its reason. */
  signal?: AbortSignal | undefined
}
