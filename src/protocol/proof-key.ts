import { decodeBase64 } from './base64.ts'
import { DiscoveryError } from './discovery-error.ts'

/** Attributes of discovery's `<proof-key>`: each key as a .NET CSP blob and as two integers. */
export interface ProofKeyAttributes {
  value?: string
  modulus?: string
  exponent?: string
  oldvalue?: string
  oldmodulus?: string
  oldexponent?: string
}

/** The keys that a client signs its requests with. */
export interface ProofKeys {
  current: CryptoKey
  /** The one before; left out when discovery names none. */
  old?: CryptoKey
}

/** Numbers of an RSA public key, big-endian without leading zeros. */
interface RsaNumbers {
  modulus: Uint8Array<ArrayBuffer>
  exponent: Uint8Array<ArrayBuffer>
}

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
const MODULUS_MIN_BYTES = 256
const MODULUS_MAX_BYTES = 1024
const EXPONENT_MAX_BYTES = 4
/** Longest attribute that is decoded, in characters: the blob of the largest key. */
const ATTRIBUTE_MAX_CHARS = 2048

/**
 * Imports the keys of a `<proof-key>`; modulus and exponent go before the CSP blob.
 *
 * @throws DiscoveryError `PROOF_KEY_MISSING` when there is no current key, `PROOF_KEY_INVALID` when
 *   it is no RSA key of 2048 to 8192 bits; an old key that is none counts as missing
 */
export async function importProofKeys(attributes: ProofKeyAttributes): Promise<ProofKeys> {
  const { value, modulus, exponent, oldvalue, oldmodulus, oldexponent } = attributes
  const current = await importKey(modulus, exponent, value)
  if (!current) throw new DiscoveryError('PROOF_KEY_MISSING', 'Discovery has no proof key')
  // Discovery is of use without it; what was signed with it is refused with words of its own.
  const old = await importKey(oldmodulus, oldexponent, oldvalue).catch(() => undefined)
  return old ? { current, old } : { current }
}

/** Whether `signature` was made over `message` with the private half of `key`. Never rejects. */
export function verifySignature(
  key: CryptoKey,
  signature: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  return crypto.subtle.verify(RSA.name, key, signature, message).catch(() => false)
}

async function importKey(
  modulus: string | undefined,
  exponent: string | undefined,
  blob: string | undefined,
): Promise<CryptoKey | undefined> {
  if (modulus && exponent) {
    return importNumbers({ modulus: decode(modulus), exponent: decode(exponent) })
  }
  return blob ? importNumbers(parseBlob(decode(blob))) : undefined
}

async function importNumbers(numbers: RsaNumbers): Promise<CryptoKey> {
  const modulus = trimZeros(numbers.modulus)
  const exponent = trimZeros(numbers.exponent)
  const fits = modulus.length >= MODULUS_MIN_BYTES && modulus.length <= MODULUS_MAX_BYTES
  if (!fits || exponent.length < 1 || exponent.length > EXPONENT_MAX_BYTES) throw invalid()
  const jwk = { kty: 'RSA', n: base64Url(modulus), e: base64Url(exponent) }
  try {
    return await crypto.subtle.importKey('jwk', jwk, RSA, false, ['verify'])
  } catch (cause) {
    throw invalid(cause)
  }
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

function parseBlob(blob: Uint8Array<ArrayBuffer>): RsaNumbers {
  const view = new DataView(blob.buffer)
  if (blob.length < BLOB.modulus || view.getUint8(BLOB.type) !== PUBLIC_KEY) throw invalid()
  if (view.getUint32(BLOB.magic, true) !== RSA1) throw invalid()
  const modulus = blob.slice(BLOB.modulus).reverse()
  if (modulus.length * 8 !== view.getUint32(BLOB.modulusBits, true)) throw invalid()
  return { modulus, exponent: blob.slice(BLOB.exponent, BLOB.modulus).reverse() }
}

function decode(text: string): Uint8Array<ArrayBuffer> {
  const bytes = text.length <= ATTRIBUTE_MAX_CHARS ? decodeBase64(text) : undefined
  if (!bytes) throw invalid()
  return bytes
}

function trimZeros(number: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const start = number.findIndex((byte) => byte !== 0)
  return number.subarray(start < 0 ? number.length : start)
}

function base64Url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes))
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function invalid(cause?: unknown): DiscoveryError {
  return new DiscoveryError('PROOF_KEY_INVALID', 'A proof key is no RSA key', { cause })
}
