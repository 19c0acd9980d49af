/** Pulls content bytes so that an abort ends the waiting at once, however slow the content is. */
export interface Puller {
  /** Like `next()` of an iterator; rejects with the signal's reason once it aborts. */
  next(): Promise<IteratorResult<Uint8Array>>
  /** Tells the content that no more is wanted, if it has not ended by itself. */
  close(): void
}

/** Begins to pull `content`; `close` has to be called on every path. */
export function createPuller(
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Puller {
  const iterator = content[Symbol.asyncIterator]()
  let ended = false
  let rejectNext: (reason: unknown) => void = () => {}
  const onAbort = () => rejectNext(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })

  return {
    next() {
      if (signal === undefined) return note(iterator.next())
      // Not Promise.race: every race would leave a reaction on one promise that lives as long as
      // the whole upload.
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        rejectNext = reject
        note(iterator.next()).then(resolve, reject)
      })
    },
    close() {
      signal?.removeEventListener('abort', onAbort)
      // Not awaited: a generator that is waiting for bytes takes the return only after them.
      if (!ended) iterator.return?.().then(undefined, () => {})
    },
  }

  function note(step: Promise<IteratorResult<Uint8Array>>): Promise<IteratorResult<Uint8Array>> {
    return step.then(
      (result) => {
        ended ||= result.done === true
        return result
      },
      (error) => {
        ended = true
        throw error
      },
    )
  }
}
