export const QUOTE = 0x22
export const COMMA = 0x2c
const BACKSLASH = 0x5c

/**
 * Finds the closing quote of the JSON string whose opening quote is at `start`.
 *
 * @returns its position, or one at or past the end of `bytes` when the string does not end
 */
export function endOfString(bytes: Uint8Array, start: number): number {
  let index = start + 1
  while (index < bytes.length && bytes[index] !== QUOTE) {
    index += bytes[index] === BACKSLASH ? 2 : 1
  }
  return index
}
