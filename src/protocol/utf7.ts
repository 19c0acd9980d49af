/** The directly encoded characters of RFC 2152: its set D and the space. */
const DIRECT = /^[A-Za-z0-9'(),\-./:? ]$/
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/**
 * Encodes text as UTF-7 (RFC 2152), the encoding of names in WOPI headers. Like Microsoft's own
 * encoder it leaves the optional characters to Base64, so the result is plain printable ASCII.
 * Unpaired surrogates become U+FFFD.
 *
 * @example
 * ```ts
 * import { decodeUtf7, encodeUtf7 } from 'wopikit/protocol'
 *
 * assert.equal(decodeUtf7(encodeUtf7('Prüfung.docx')), 'Prüfung.docx')
 * ```
 */
export function encodeUtf7(text: string): string {
  let encoded = ''
  let run = ''
  for (const unit of text.toWellFormed().split('')) {
    if (!DIRECT.test(unit) && !(unit === '+' && run === '')) {
      run += unit
      continue
    }
    encoded += encodeRun(run) + (unit === '+' ? '+-' : unit)
    run = ''
  }
  return encoded + encodeRun(run)
}

/** A run of UTF-16 units as `+Base64-`, without padding. */
function encodeRun(run: string): string {
  if (run === '') return ''
  let encoded = ''
  let bits = 0
  let bitCount = 0
  for (let index = 0; index < run.length; index++) {
    bits = (bits << 16) | run.charCodeAt(index)
    bitCount += 16
    while (bitCount >= 6) {
      bitCount -= 6
      encoded += BASE64.charAt((bits >> bitCount) & 63)
    }
    bits &= (1 << bitCount) - 1
  }
  if (bitCount > 0) encoded += BASE64.charAt((bits << (6 - bitCount)) & 63)
  return `+${encoded}-`
}

/**
 * Decodes the UTF-7 of a request header. Clients are not of one mind about it: a `+` that starts no
 * run is taken as it stands, and names that came as UTF-8 bytes (one character each) are read as
 * such.
 *
 * @returns `undefined` when it is neither, such as half a surrogate pair or broken UTF-8
 *
 * @example
 * ```ts
 * import { decodeUtf7 } from 'wopikit/protocol'
 *
 * assert.equal(decodeUtf7('Pr+APw-fung.docx'), 'Prüfung.docx')
 * ```
 */
export function decodeUtf7(text: string): string | undefined {
  if (/\P{ASCII}/u.test(text)) return decodeUtf8(text)
  const decoded = text.replace(/\+([A-Za-z0-9+/]*)(-?)/g, (whole, run: string, end: string) => {
    if (run === '') return end === '-' ? '+' : whole
    return decodeRun(run) ?? whole
  })
  return decoded.isWellFormed() ? decoded : undefined
}

/** UTF-16 of a run in modified Base64; `undefined` when bits are left over that are none. */
function decodeRun(run: string): string | undefined {
  let decoded = ''
  let bits = 0
  let bitCount = 0
  for (const character of run) {
    bits = (bits << 6) | BASE64.indexOf(character)
    bitCount += 6
    if (bitCount < 16) continue
    bitCount -= 16
    decoded += String.fromCharCode((bits >> bitCount) & 0xffff)
    bits &= (1 << bitCount) - 1
  }
  return bitCount < 6 && bits === 0 ? decoded : undefined
}

function decodeUtf8(text: string): string | undefined {
  if (/[\u0100-\uffff]/.test(text)) return undefined
  try {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
