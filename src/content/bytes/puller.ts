/** Pulls a body step by step. */
export interface Puller {
  next(): Promise<IteratorResult<Uint8Array>>
  /** Tells the body that no more is wanted, if it has not ended by itself. */
  close(): void
}

/** Begins to pull a body; `close` has to be called on every path. */
export function createPuller(body: AsyncIterable<Uint8Array>): Puller {
  const iterator = body[Symbol.asyncIterator]()
  let ended = false
  return {
    async next() {
      try {
        const step = await iterator.next()
        ended = step.done === true
        return step
      } catch (error) {
        ended = true
        throw error
      }
    },

    close() {
      // Not awaited: an application's body may take for ever, and what made the caller give up counts.
      if (!ended) (async () => iterator.return?.())().catch(() => {})
    },
  }
}
