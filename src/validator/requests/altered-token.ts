import type { TokenChange } from '../cases/request.ts'

/** Base64 in the form for addresses, in the order of values. */
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Another token than the one given, though lenient readers may take it for the same. */
export function alteredToken(token: string, change: TokenChange): string {
  if (change !== 'lastBit') return `${token}${change.append}`
  const digit = DIGITS.indexOf(token.slice(-1))
  // What ends otherwise is no Base64, and has no spare bits.
  if (token === '' || digit === -1) return `${token}A`
  return `${token.slice(0, -1)}${DIGITS[digit ^ 1]}`
}
