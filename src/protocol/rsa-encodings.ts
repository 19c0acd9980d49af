import { decodeBase64 } from './base64.ts'

/** Numbers of an RSA public key, big-endian without leading zeros. */
export interface RsaNumbers {
  modulus: Uint8Array<ArrayBuffer>
  exponent: Uint8Array<ArrayBuffer>
}

/** A key as it was read, and what was wrong with the way it is written. */
export interface ReadKey {
  /** Left out when it cannot be used. */
  numbers?: RsaNumbers
  problems: string[]
}

const MODULUS_MIN_BYTES = 256
const MODULUS_MAX_BYTES = 1024
const EXPONENT_MAX_BYTES = 4
const EXPONENT_MIN = 3
/** Longest attribute that is decoded, in characters: the modulus of the largest key in hex. */
const ATTRIBUTE_MAX_CHARS = 2 * MODULUS_MAX_BYTES
const DECIMAL = /^\d{1,10}$/
/** No Base64 of a key that is long enough happens to be of these alone. */
const HEX = new RegExp(`^(?:[0-9a-f]{2}){${MODULUS_MIN_BYTES},}$`, 'i')

/** Reads a key from modulus and exponent, which should be Base64 of big-endian integers. */
export function readRsaNumbers(texts: {
  modulus: string | undefined
  exponent: string | undefined
}): ReadKey {
  const problems: string[] = []
  const modulus = readModulus(texts.modulus, problems)
  const exponent = readExponent(texts.exponent, problems)
  const found = flaws({ modulus, exponent })
  problems.push(...found)
  const isUsable = modulus && exponent && found.length === 0
  return isUsable ? { numbers: { modulus, exponent }, problems } : { problems }
}

/** Fields of a PUBLICKEYBLOB; all integers are little-endian. */
const BLOB = {
  /** 1 byte: 6, a public key. */
  type: 0,
  // 1: version, 2: reserved, 4: algorithm (key exchange or signature)
  /** 4 bytes: `RSA1`. */
  magic: 8,
  /** 4 bytes. */
  modulusBits: 12,
  /** 4 bytes. */
  exponent: 16,
  /** `modulusBits / 8` bytes, to the end. */
  modulus: 20,
}
const PUBLIC_KEY = 6
const RSA1 = 0x31415352

/** Reads a key from Base64 of a .NET CSP blob. */
export function readRsaBlob(value: string): ReadKey {
  const blob = decode(value)
  if (!blob) return { problems: ['value is no Base64'] }
  const view = new DataView(blob.buffer)
  const isKey = blob.length > BLOB.modulus && view.getUint8(BLOB.type) === PUBLIC_KEY
  if (!isKey || view.getUint32(BLOB.magic, true) !== RSA1)
    return { problems: ['value is no CSP blob of an RSA public key'] }
  const bits = view.getUint32(BLOB.modulusBits, true)
  const raw = blob.slice(BLOB.modulus)
  if (raw.length * 8 !== bits)
    return { problems: [`value has a modulus of ${raw.length * 8} bits and announces ${bits}`] }
  const numbers = {
    modulus: trimZeros(raw.reverse()),
    exponent: trimZeros(blob.slice(BLOB.exponent, BLOB.modulus).reverse()),
  }
  const found = flaws(numbers)
  if (found.length === 0) return { numbers, problems: [] }
  return { problems: found.map((flaw) => `value: its ${flaw}`) }
}

/** Whether two keys are one. */
export function isSameKey(a: RsaNumbers, b: RsaNumbers): boolean {
  return isEqual(a.modulus, b.modulus) && isEqual(a.exponent, b.exponent)
}

function readModulus(text: string | undefined, problems: string[]) {
  if (!text) problems.push('modulus is missing')
  else if (text.length <= ATTRIBUTE_MAX_CHARS && HEX.test(text)) {
    problems.push('modulus is in hex and not in Base64')
    return bytesOf(BigInt(`0x${text}`))
  } else {
    const bytes = decode(text)
    if (bytes) return trimZeros(bytes)
    problems.push('modulus is no Base64')
  }
  return undefined
}

function readExponent(text: string | undefined, problems: string[]) {
  if (!text) problems.push('exponent is missing')
  else if (DECIMAL.test(text)) {
    problems.push(`exponent is the decimal number ${text} and not Base64`)
    return bytesOf(BigInt(text))
  } else {
    const bytes = decode(text)
    if (bytes) return trimZeros(bytes)
    problems.push('exponent is no Base64')
  }
  return undefined
}

/** What is wrong with the numbers of those that could be read. */
function flaws({
  modulus,
  exponent,
}: {
  [name in keyof RsaNumbers]: Uint8Array | undefined
}) {
  const found: string[] = []
  if (modulus && !isModulus(modulus))
    found.push(
      `modulus has ${modulus.length * 8} bits, and ${MODULUS_MIN_BYTES * 8} to ` +
        `${MODULUS_MAX_BYTES * 8} are expected`,
    )
  if (exponent && !isExponent(exponent)) found.push('exponent is none of an RSA key')
  return found
}

function isModulus({ length }: Uint8Array): boolean {
  return length >= MODULUS_MIN_BYTES && length <= MODULUS_MAX_BYTES
}

function isExponent(exponent: Uint8Array): boolean {
  const last = exponent.at(-1) ?? 0
  const isSmall = exponent.length === 1 && last < EXPONENT_MIN
  return exponent.length <= EXPONENT_MAX_BYTES && last % 2 === 1 && !isSmall
}

/** Bytes of Base64, also of the kind that is for addresses. */
function decode(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length > ATTRIBUTE_MAX_CHARS) return undefined
  return decodeBase64(text.replaceAll('-', '+').replaceAll('_', '/'))
}

function bytesOf(number: bigint): Uint8Array<ArrayBuffer> {
  const hex = number.toString(16)
  const pairs = hex.padStart(hex.length + (hex.length % 2), '0').match(/../g) ?? []
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16))
}

function trimZeros(number: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const start = number.findIndex((byte) => byte !== 0)
  return number.subarray(start < 0 ? number.length : start)
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}
