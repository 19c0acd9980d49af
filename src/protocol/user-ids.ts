/**
 * Longest user id, in bytes of UTF-8. Its form for clients is then shorter than the 255 characters
 * that ONLYOFFICE keeps.
 */
export const USER_ID_MAX_BYTES = 150

/** What clients take as it is (page "CheckFileInfo"). */
const PLAIN = /^[A-Za-z0-9]+$/
/** Begins every id that is written in another way; plain ids that begin so are, too. */
const PREFIX = 'u0'
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/

/**
 * Whether a text may identify a user: 1 to 150 bytes of UTF-8 without control characters.
 *
 * @example
 * ```ts
 * import { isUserId } from 'wopikit/protocol'
 *
 * assert.equal(isUserId('alice@example.com'), true)
 * ```
 */
export function isUserId(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || value.length > USER_ID_MAX_BYTES) return false
  if (CONTROL.test(value) || !value.isWellFormed()) return false
  return new TextEncoder().encode(value).length <= USER_ID_MAX_BYTES
}

/**
 * A user id as clients are told it: of letters and digits, always the same, and no two users' alike.
 * One that is of letters and digits already stays as it is.
 *
 * @example
 * ```ts
 * import { clientUserId } from 'wopikit/protocol'
 *
 * assert.equal(clientUserId('alice'), 'alice')
 * assert.equal(clientUserId('a@b'), 'u0mfage')
 * ```
 */
export function clientUserId(userId: string): string {
  if (PLAIN.test(userId) && !userId.startsWith(PREFIX)) return userId
  return PREFIX + toBase32(new TextEncoder().encode(userId))
}

/**
 * The user id that clients were told in this form; a text that is no such form is given back.
 *
 * @example
 * ```ts
 * import { originalUserId } from 'wopikit/protocol'
 *
 * assert.equal(originalUserId('u0mfage'), 'a@b')
 * ```
 */
export function originalUserId(told: string): string {
  if (!told.startsWith(PREFIX)) return told
  const userId = new TextDecoder().decode(fromBase32(told.slice(PREFIX.length)))
  return clientUserId(userId) === told ? userId : told
}

/** As RFC 4648, in lower case and without padding. */
function toBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = ((value & 0x1f) << 8) | byte
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(value >>> (bits - 5)) & 0x1f]
  }
  return bits > 0 ? text + ALPHABET[(value << (5 - bits)) & 0x1f] : text
}

function fromBase32(text: string): Uint8Array {
  const bytes: number[] = []
  let bits = 0
  let value = 0
  for (const sign of text) {
    value = ((value & 0xff) << 5) | Math.max(0, ALPHABET.indexOf(sign))
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push((value >>> bits) & 0xff)
    }
  }
  return Uint8Array.from(bytes)
}
