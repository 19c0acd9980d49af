/** Pulls the pieces of a body one by one. */
export interface Puller {
  next(): Promise<IteratorResult<Uint8Array>>
  /** Closes the body unless it has ended. */
  close(): void
}

/** Starts to pull a body. The caller must call `close` on every path. */
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
      // Not awaited: a body may take forever to close, and the caller's own error matters more.
      if (!ended) (async () => iterator.return?.())().catch(() => {})
    },
  }
}
