/**
 * Compact binary encoding for what the host stores: unsigned LEB128 integers up to
 * `Number.MAX_SAFE_INTEGER`, raw bytes, and UTF-8 text with its length before it.
 */

const encoder = new TextEncoder()
// A byte order mark at the start of a name belongs to the name.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The stored bytes are malformed. */
export class StoredFormatError extends Error {
  override readonly name = 'StoredFormatError'
  readonly code = 'STORED_FORMAT'
}

export interface ByteWriter {
  /** Memory in use, in bytes. */
  readonly heldBytes: number
  byte(value: number): void
  integer(value: number): void
  raw(bytes: Uint8Array): void
  text(value: string): void
  finish(): Uint8Array
}

/** Collects values into one growing buffer. */
export function createByteWriter(): ByteWriter {
  let buffer = new Uint8Array(1024)
  let length = 0

  function reserve(count: number): void {
    if (length + count <= buffer.length) return
    const larger = new Uint8Array(Math.max(buffer.length * 2, length + count))
    larger.set(buffer.subarray(0, length))
    buffer = larger
  }

  const writer: ByteWriter = {
    get heldBytes() {
      return buffer.length
    },

    byte(value) {
      reserve(1)
      buffer[length++] = value
    },

    integer(value) {
      reserve(8)
      let rest = value
      // Bit operators would truncate the number to 32 bits.
      while (rest >= 0x80) {
        buffer[length++] = (rest % 0x80) + 0x80
        rest = Math.floor(rest / 0x80)
      }
      buffer[length++] = rest
    },

    raw(bytes) {
      reserve(bytes.length)
      buffer.set(bytes, length)
      length += bytes.length
    },

    text(value) {
      const bytes = encoder.encode(value)
      writer.integer(bytes.length)
      writer.raw(bytes)
    },

    finish: () => buffer.slice(0, length),
  }
  return writer
}

export interface ByteReader {
  byte(): number
  integer(): number
  raw(length: number): Uint8Array
  /** What it reads from. */
  readonly bytes: Uint8Array
  /** Passes over bytes, and tells where they start. */
  skip(length: number): number
  text(): string
  /** @throws StoredFormatError when unread bytes remain */
  finish(): void
}

/**
 * Reads values in the order in which a `ByteWriter` wrote them.
 *
 * @throws StoredFormatError from every method when the bytes end too early or are malformed
 */
export function createByteReader(bytes: Uint8Array): ByteReader {
  let position = 0

  function byte(): number {
    const value = bytes[position++]
    if (value === undefined)
      throw new StoredFormatError(`The stored value ends at byte ${position}`)
    return value
  }

  function integer(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const part = byte()
      value += (part & 0x7f) * scale
      if (!Number.isSafeInteger(value)) throw new StoredFormatError('A stored number is too large')
      if (part < 0x80) return value
      scale *= 0x80
    }
  }

  function skip(length: number): number {
    if (length > bytes.length - position)
      throw new StoredFormatError(
        `The stored value ends before the ${length} bytes expected at byte ${position}`,
      )
    position += length
    return position - length
  }

  function raw(length: number): Uint8Array {
    const start = skip(length)
    return bytes.subarray(start, start + length)
  }

  function text(): string {
    const encoded = raw(integer())
    try {
      return decoder.decode(encoded)
    } catch (error) {
      throw new StoredFormatError(`The text before byte ${position} is not UTF-8`, { cause: error })
    }
  }

  return {
    byte,
    integer,
    raw,
    bytes,
    skip,
    text,
    finish() {
      if (position !== bytes.length)
        throw new StoredFormatError(
          `The stored value has ${bytes.length - position} bytes too many`,
        )
    },
  }
}
