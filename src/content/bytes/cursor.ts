/** Reads a body first by the byte, then as what is left of it. */
export interface ByteCursor extends AsyncIterable<Uint8Array> {
  /** The next `length` bytes, or fewer where the body ends. */
  take(length: number): Promise<Uint8Array>
}

/** Starts reading `body`. What `take` leaves is iterated once. */
export function createByteCursor(body: AsyncIterable<Uint8Array>): ByteCursor {
  const source = body[Symbol.asyncIterator]()
  let held: Uint8Array = new Uint8Array(0)

  async function* rest(): AsyncGenerator<Uint8Array> {
    if (held.length > 0) yield held
    for (let next = await source.next(); !next.done; next = await source.next()) yield next.value
  }

  return {
    async take(length) {
      const taken = new Uint8Array(length)
      let filled = 0
      while (filled < length) {
        if (held.length === 0) {
          const next = await source.next()
          if (next.done) return taken.subarray(0, filled)
          held = next.value
        }
        const part = held.subarray(0, length - filled)
        taken.set(part, filled)
        filled += part.length
        held = held.subarray(part.length)
      }
      return taken
    },
    [Symbol.asyncIterator]: rest,
  }
}
