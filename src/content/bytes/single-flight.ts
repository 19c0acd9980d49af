/**
 * Does a piece of work once for all who ask for it at the same time; each waits no longer than its own
 * signal lets. When the last one has left, the signal of the work aborts, and the next one begins anew.
 */
export type SingleFlight = <T>(
  key: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
) => Promise<T>

interface Flight {
  work: Promise<unknown>
  waiting: number
  abandoned: AbortController
}

/** Creates a single flight. All work of one key must have the same result type. */
export function createSingleFlight(): SingleFlight {
  const flights = new Map<string, Flight>()

  function begin(key: string, work: (signal: AbortSignal) => Promise<unknown>): Flight {
    const abandoned = new AbortController()
    const flight = { work: work(abandoned.signal), waiting: 0, abandoned }
    flights.set(key, flight)
    flight.work.catch(() => {}).finally(() => end(key, flight))
    return flight
  }

  function end(key: string, flight: Flight): void {
    if (flights.get(key) === flight) flights.delete(key)
  }

  return async <T>(
    key: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const flight = flights.get(key) ?? begin(key, work)
    flight.waiting++
    try {
      return await unlessAborted(flight.work as Promise<T>, signal)
    } finally {
      flight.waiting--
      if (flight.waiting === 0) {
        end(key, flight)
        flight.abandoned.abort(new Error('Nobody waits for it any more'))
      }
    }
  }
}

/**
 * Waits for work until `signal` aborts. The work continues for other callers.
 *
 * @throws the reason of `signal` when it aborts when it aborts
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const giveUp = () => reject(signal.reason)
  signal.addEventListener('abort', giveUp, { once: true })
  if (signal.aborted) giveUp()
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}
