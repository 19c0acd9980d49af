/** Pulls bytes of content. An abort ends the waiting at once, however slow the content is. */
export interface Puller {
  /** Like `next()` of an iterator; rejects with the signal's reason once it aborts. */
  next(): Promise<IteratorResult<Uint8Array>>
  /** Tells content that has not ended that nobody wants more of it. */
  close(): void
}

/** Begins to pull `content`. Every path must call `close`. */
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
      // Not awaited: a generator that waits for bytes returns only after it has got them.
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
