const FIRST_CAPACITY = 16 * 1024

export interface TailBuffer {
  /** Memory that it holds, in bytes. */
  readonly heldBytes: number
  /**
   * Copies bytes to the end. When that would pass the limit it returns `false` and lets go of
   * everything, because the rest of the stream may take hours.
   */
  append(bytes: Uint8Array): boolean
  /** Everything appended so far. */
  bytes(): Uint8Array
}

/** Collects bytes up to a limit, in a buffer that doubles. */
export function createTailBuffer(maxBytes: number): TailBuffer {
  let buffer = new Uint8Array(0)
  let length = 0

  function reserve(capacity: number): void {
    if (capacity <= buffer.length) return
    const wanted = Math.max(capacity, FIRST_CAPACITY, buffer.length * 2)
    const larger = new Uint8Array(Math.min(wanted, maxBytes))
    larger.set(buffer.subarray(0, length))
    buffer = larger
  }

  return {
    get heldBytes() {
      return buffer.length
    },
    append(bytes) {
      if (length + bytes.length > maxBytes) {
        buffer = new Uint8Array(0)
        length = 0
        return false
      }
      reserve(length + bytes.length)
      buffer.set(bytes, length)
      length += bytes.length
      return true
    },
    bytes: () => buffer.subarray(0, length),
  }
}
