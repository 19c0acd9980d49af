/** Does a piece of work once for all who ask for it at the same time. */
export type SingleFlight = <T>(key: string, work: () => Promise<T>) => Promise<T>

/** Creates a single flight; `key` names the work, and all work of one key has the same result type. */
export function createSingleFlight(): SingleFlight {
  const flights = new Map<string, Promise<unknown>>()
  return <T>(key: string, work: () => Promise<T>) => {
    const flight = flights.get(key) ?? work().finally(() => flights.delete(key))
    flights.set(key, flight)
    return flight as Promise<T>
  }
}

/**
 * Waits for work no longer than `signal` lets; the work goes on for others.
 *
 * @throws the reason of `signal`
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
