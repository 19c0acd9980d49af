/** The directly encoded characters of RFC 2152: its set D and the space. */
const DIRECT = /^[A-Za-z0-9'(),\-./:? ]$/
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/**
 * Encodes text as UTF-7 (RFC 2152), the encoding of names in WOPI headers. Like Microsoft's own
 * encoder it leaves the optional characters to Base64, so the result is plain printable ASCII.
 * Unpaired surrogates become U+FFFD.
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
