import { DiscoveryError } from './discovery-error.ts'
import {
  isSameKey,
  type ReadKey,
  type RsaNumbers,
  readRsaBlob,
  readRsaNumbers,
} from './rsa-encodings.ts'

/** Attributes of discovery's `<proof-key>`: each key as a .NET CSP blob and as two integers. */
export interface ProofKeyAttributes {
  value?: string
  modulus?: string
  exponent?: string
  oldvalue?: string
  oldmodulus?: string
  oldexponent?: string
}

/** A `CryptoKey`, under a name that also Node without the DOM library knows. */
export type ProofKey = Parameters<typeof crypto.subtle.verify>[1]

/** The keys that a client signs its requests with. */
export interface ProofKeys {
  current: ProofKey
  /** The one before; left out when discovery names none. */
  old?: ProofKey
  /**
   * What discovery names besides where its two ways of writing a key make two keys of it: only the
   * client knows which is its own, so either is as good.
   */
  alternatives?: { current?: ProofKey; old?: ProofKey }
}

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }

/**
 * Imports the keys of a `<proof-key>`. Each is there twice, as a CSP blob and as modulus and
 * exponent: what can be read of that is used, and the one is checked against the other.
 *
 * @param options `onProblem` is told of whatever is wrong with keys that can be used all the same
 * @throws DiscoveryError `PROOF_KEY_MISSING` when there is no current key, `PROOF_KEY_INVALID` when
 *   it is no RSA key of 2048 to 8192 bits; an old key that is none counts as missing
 *
 * @example
 * ```ts
 * import { importProofKeys, parseDiscovery } from 'wopikit/protocol'
 *
 * const { proofKey = {} } = parseDiscovery(discoveryXml)
 * const keys = await importProofKeys(proofKey)
 *
 * assert.ok(keys.current)
 * ```
 */
export async function importProofKeys(
  attributes: ProofKeyAttributes,
  { onProblem = () => {} }: { onProblem?: (problem: string) => void } = {},
): Promise<ProofKeys> {
  const { value, modulus, exponent, oldvalue, oldmodulus, oldexponent } = attributes
  const current = await readKey({ value, modulus, exponent })
  const [key, alternative] = current.keys
  if (!key && current.problems.length === 0)
    throw new DiscoveryError(
      'PROOF_KEY_MISSING',
      'Discovery has no proof key, so requests cannot be verified',
    )
  if (!key) throw invalid(current.problems)
  // Discovery is of use without it; what was signed with it is refused with words of its own.
  const old = await readKey({ value: oldvalue, modulus: oldmodulus, exponent: oldexponent })
  const [oldKey, oldAlternative] = old.keys
  for (const problem of current.problems) onProblem(problem)
  for (const problem of old.problems) onProblem(`old${problem}`)
  return {
    current: key,
    ...(oldKey && { old: oldKey }),
    ...((alternative || oldAlternative) && {
      alternatives: {
        ...(alternative && { current: alternative }),
        ...(oldAlternative && { old: oldAlternative }),
      },
    }),
  }
}

/** Whether `signature` was made over `message` with the private half of `key`. Never rejects. */
export function verifySignature(
  key: ProofKey,
  signature: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  return crypto.subtle.verify(RSA.name, key, signature, message).catch(() => false)
}

/** The key that modulus and exponent make, and that of the blob if it is another one. */
async function readKey(texts: {
  value: string | undefined
  modulus: string | undefined
  exponent: string | undefined
}): Promise<{ keys: ProofKey[]; problems: string[] }> {
  const { value, modulus, exponent } = texts
  const absent: ReadKey = { problems: [] }
  const fromNumbers = modulus || exponent ? readRsaNumbers({ modulus, exponent }) : absent
  const fromBlob = value ? readRsaBlob(value) : absent
  const problems = [...fromNumbers.problems, ...fromBlob.problems]
  const found = [fromNumbers.numbers, fromBlob.numbers].filter((key) => key !== undefined)
  const [first, second] = found
  if (first && second && isSameKey(first, second)) found.pop()
  else if (second) problems.push('value is a different key from modulus and exponent')
  const keys = await Promise.all(found.map((numbers) => importNumbers(numbers, problems)))
  return { keys: keys.filter((key) => key !== undefined), problems }
}

async function importNumbers(
  { modulus, exponent }: RsaNumbers,
  problems: string[],
): Promise<ProofKey | undefined> {
  const jwk = { kty: 'RSA', n: base64Url(modulus), e: base64Url(exponent) }
  try {
    return await crypto.subtle.importKey('jwk', jwk, RSA, false, ['verify'])
  } catch {
    problems.push('modulus and exponent do not form an RSA key')
    return undefined
  }
}

function base64Url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes))
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function invalid(problems: readonly string[]): DiscoveryError {
  return new DiscoveryError(
    'PROOF_KEY_INVALID',
    `The proof key of discovery is not a usable RSA key: ${problems.join('; ')}`,
  )
}
