/** The user and document that memory is counted for. */
export interface HolderNames {
  userId: string
  documentKey: string
  operation: string
}

/** The memory of one request, taken from the budget. Disposing it returns everything. */
export interface Holder extends Disposable {
  readonly names: HolderNames
  /** Everything that the request holds, in bytes. */
  readonly bytes: number
  /** The part that is taken from the budget, in bytes. Only the budget changes it. */
  counted: number
  /** Aborts when the budget takes the memory away. The request must end then. */
  readonly lost: AbortSignal
  /** Whether the request waits for its client. */
  readonly waitsForClient: boolean
  /**
   * Adds to what the request holds, and waits until the budget has room. The bytes count at once;
   * the caller allocates when the promise resolves.
   *
   * @throws WopiError OVERLOADED after too long a wait; the reason of `lost` when it aborts
   */
  grow(bytes: number): Promise<void> | undefined
  /** Returns a part to the budget. */
  shrink(bytes: number): void
  /** Says that the client has to send or receive bytes next. */
  waitForClient(): void
  /** Says that the client has sent or received this many bytes, and that the host continues. */
  clientMoved(bytes: number): void
  /** Whether the client has moved almost no bytes for `stallMs`. */
  isStalled(now: number, stallMs: number): boolean
  /** Takes the memory away from the request. */
  take(reason: unknown): void
}

/**
 * A client that moves at least this fraction of the held bytes in each `stallMs` is not stalled.
 */
const MOVING_PART = 1 / 64

/** Creates a holder of no memory. It tells `budget` of every change. */
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
  /**
   * Start of the current observation of the client, and bytes moved since. Time that the host
   * itself takes does not count.
   */
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
