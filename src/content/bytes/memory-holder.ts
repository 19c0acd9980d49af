/** Who holds memory, and for what. */
export interface HolderNames {
  userId: string
  documentKey: string
  operation: string
}

/** What one request holds of the memory budget. Disposing it gives all back. */
export interface Holder extends Disposable {
  readonly names: HolderNames
  /** In all, in bytes. */
  readonly bytes: number
  /** How much of that is taken from the budget, in bytes. Only the budget changes it. */
  counted: number
  /** Aborts when the memory is taken away: whoever holds it has to end. */
  readonly lost: AbortSignal
  /** Whether a client has to do something before it goes on. */
  readonly waitsForClient: boolean
  /**
   * Adds to what is held, and waits until there is so much. It counts at once; the caller allocates
   * when the promise resolves.
   *
   * @throws WopiError OVERLOADED after too long a time; the reason of `lost`
   */
  grow(bytes: number): Promise<void> | undefined
  /** Gives a part back. */
  shrink(bytes: number): void
  /** From now on the client has to send or to take something. */
  waitForClient(): void
  /** The client has sent or taken so many bytes, and it is the host's turn. */
  clientMoved(bytes: number): void
  /** Whether the client has moved next to nothing for `stallMs`. */
  isStalled(now: number, stallMs: number): boolean
  /** Takes the memory away. */
  take(reason: unknown): void
}

/** A client that moves this part of what is held in each `stallMs` does not stand still. */
const MOVING_PART = 1 / 64

/** Creates a holder of nothing; `budget` is told of every change. */
export function createHolder(
  names: HolderNames,
  now: () => number,
  budget: {
    ask(wanted: number): Promise<void> | undefined
    lower(bytes: number): void
    end(): void
  },
): Holder {
  const loss = new AbortController()
  let bytes = 0
  let ended = false
  let waits = false
  /** Since when, and how many bytes, the client has been watched; the host's own time is left out. */
  let watchedSince = now()
  let moved = 0
  let hostSince = now()

  return {
    names,
    counted: 0,
    lost: loss.signal,
    get bytes() {
      return bytes
    },
    get waitsForClient() {
      return waits
    },

    grow(more) {
      if (loss.signal.aborted) return Promise.reject(loss.signal.reason)
      if (ended) return Promise.reject(new Error('The request has ended'))
      bytes += more
      return budget.ask(bytes)
    },
    shrink(less) {
      if (ended) return
      bytes = Math.max(0, bytes - less)
      budget.lower(bytes)
    },

    waitForClient() {
      if (!waits) watchedSince += now() - hostSince
      waits = true
    },
    clientMoved(count) {
      if (waits) hostSince = now()
      waits = false
      moved += count
    },
    isStalled(time, stallMs) {
      if (!waits || time - watchedSince < stallMs) return false
      const isMoving = moved >= Math.max(1, bytes * MOVING_PART)
      watchedSince = time
      moved = 0
      return !isMoving
    },

    take: (reason) => loss.abort(reason),
    [Symbol.dispose]() {
      if (ended) return
      ended = true
      bytes = 0
      budget.end()
    },
  }
}
