/** A number of bytes of memory that requests share, first come, first served. */
export interface MemoryBudget {
  /**
   * Waits until `bytes` are free and takes them until the result is disposed. A request for more
   * than there is in all gets everything there is.
   *
   * @throws the reason of `signal`, when it aborts while waiting; nothing is taken then
   */
  take(bytes: number, signal?: AbortSignal): Promise<Disposable>
}

interface Waiter {
  bytes: number
  start: (taken: Disposable) => void
}

/**
 * Creates a budget. What takes at most `freeBytes` is not counted and never waits, so that a few
 * large messages of slow clients cannot hold up everybody.
 */
export function createMemoryBudget(totalBytes: number, freeBytes = 0): MemoryBudget {
  let free = totalBytes
  const waiting: Waiter[] = []

  function startWaiting(): void {
    for (let next = waiting[0]; next && next.bytes <= free; next = waiting[0]) {
      waiting.shift()
      next.start(taken(next.bytes))
    }
  }

  function taken(bytes: number): Disposable {
    free -= bytes
    let held = true
    return {
      [Symbol.dispose]() {
        if (!held) return
        held = false
        free += bytes
        startWaiting()
      },
    }
  }

  return {
    take(wanted, signal) {
      const bytes = wanted <= freeBytes ? 0 : Math.min(wanted, totalBytes)
      if (bytes === 0) return Promise.resolve(taken(0))
      if (waiting.length === 0 && bytes <= free) return Promise.resolve(taken(bytes))
      return new Promise((resolve, reject) => {
        signal?.throwIfAborted()
        const waiter: Waiter = {
          bytes,
          start(granted) {
            signal?.removeEventListener('abort', giveUp)
            resolve(granted)
          },
        }
        function giveUp(): void {
          waiting.splice(waiting.indexOf(waiter), 1)
          reject(signal?.reason)
          startWaiting()
        }
        signal?.addEventListener('abort', giveUp, { once: true })
        waiting.push(waiter)
      })
    },
  }
}
