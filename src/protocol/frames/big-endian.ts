/** Reads an unsigned 32-bit integer. */
export function readUint32(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16)
  return (high | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)) >>> 0
}

/** Reads an unsigned 64-bit integer; not exact above Number.MAX_SAFE_INTEGER, but above it too. */
export function readUint64(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at) * 2 ** 32 + readUint32(bytes, at + 4)
}

/** Writes an unsigned 32-bit integer. */
export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

/**
 * Writes an unsigned 64-bit integer.
 *
 * @throws RangeError when `value` is negative, no integer or above Number.MAX_SAFE_INTEGER
 */
export function writeUint64(bytes: Uint8Array, at: number, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`Expected an integer from 0 to 2^53 - 1, got ${value}`)
  }
  writeUint32(bytes, at, Math.floor(value / 2 ** 32))
  writeUint32(bytes, at + 4, value % 2 ** 32)
}
