/** Bytes that clients have announced and that are on their way to this process. */
export interface InFlightBytes {
  /** Of one user, in bytes. */
  of(userId: string): number
  /** Counts bytes until the result is disposed. */
  reserve(userId: string, length: number): Disposable
}

/** Counts bytes on their way by user, so that many requests at once cannot pass a quota together. */
export function createInFlightBytes(): InFlightBytes {
  const counts = new Map<string, number>()

  function add(userId: string, length: number): void {
    const count = (counts.get(userId) ?? 0) + length
    if (count > 0) counts.set(userId, count)
    else counts.delete(userId)
  }

  return {
    of: (userId) => counts.get(userId) ?? 0,
    reserve(userId, length) {
      add(userId, length)
      return { [Symbol.dispose]: () => add(userId, -length) }
    },
  }
}
