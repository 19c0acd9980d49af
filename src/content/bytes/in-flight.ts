/** Bytes that clients have announced and are sending to this process. */
export interface InFlightBytes {
  /** The count for one user, in bytes. */
  of(userId: string): number
  /** Counts bytes until the caller disposes the result. */
  reserve(userId: string, length: number): Disposable
}

/** Counts bytes in flight by user, so that concurrent requests cannot exceed a quota together. */
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
