/** Reads the start of a body by length, then the rest as a stream. */
export interface ByteCursor extends AsyncIterable<Uint8Array> {
  /** Returns the next `length` bytes, or fewer at the end of the body. */
  take(length: number): Promise<Uint8Array>
}

/** Starts to read `body`. The rest after `take` can be iterated once. */
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
