import { decodeBase64 } from './base64.ts'
import { type ProofKey, type ProofKeys, verifySignature } from './proof-key.ts'
import { proofMessage } from './proof-message.ts'
import { msFromTicks } from './ticks.ts'

/** What a request brings to prove who has sent it. */
export interface Proof {
  /**
   * `access_token` as it stands in the URL and decoded: clients sign the one or the other, which
   * differ only in tokens that have to be escaped.
   */
  accessTokens: readonly string[]
  /** The address as clients see it, with the whole query exactly as sent. */
  url: string
  /** X-WOPI-TimeStamp */
  timestamp: string | undefined
  /** X-WOPI-Proof */
  proof: string | undefined
  /** X-WOPI-ProofOld */
  proofOld: string | undefined
}

/**
 * `current`: both sides have the same key. `old`: only one of them has changed it already, so that
 * discovery should be read again. `refused`: it is no proof; `missing` headers, a `timestamp` that
 * is none, too old or of the future, or a `signature` of none of the keys.
 */
export type ProofVerdict =
  | { verdict: 'current' | 'old' }
  | { verdict: 'refused'; reason: 'missing' | 'timestamp' | 'signature' }

const MINUTE_MS = 60_000
/** Age from which on a proof is refused, in ms: page "Proof keys". */
export const PROOF_MAX_AGE_MS = 20 * MINUTE_MS
/** How far the clock of a client may be ahead of ours, in ms. The pages name no limit. */
export const PROOF_MAX_SKEW_MS = 5 * MINUTE_MS
/** Longest signature that is decoded, in characters: that of the largest key. */
const SIGNATURE_MAX_CHARS = 1368
const TICKS = /^\d{1,18}$/

/**
 * Verifies the proof of a request (page "Proof keys"). Neither throws nor rejects, whatever the
 * headers hold.
 *
 * @param now in ms since 1970 UTC
 *
 * @example
 * ```ts
 * import { importProofKeys, parseDiscovery, verifyProof } from 'wopikit/protocol'
 *
 * const keys = await importProofKeys(parseDiscovery(discoveryXml).proofKey ?? {})
 * const unsigned = { timestamp: undefined, proof: undefined, proofOld: undefined }
 * const url = 'https://docs.example.com/wopi/files/1?access_token=secret'
 * const verdict = await verifyProof({ ...unsigned, accessTokens: ['secret'], url }, keys, Date.now())
 *
 * assert.deepEqual(verdict, { verdict: 'refused', reason: 'missing' })
 * ```
 */
export async function verifyProof(
  proof: Proof,
  keys: ProofKeys,
  now: number,
): Promise<ProofVerdict> {
  if (!proof.timestamp || !proof.proof) return { verdict: 'refused', reason: 'missing' }
  const timestamp = readTimestamp(proof.timestamp, now)
  if (timestamp === undefined) return { verdict: 'refused', reason: 'timestamp' }
  const messages = [...new Set(proof.accessTokens)].map((accessToken) =>
    proofMessage({ accessToken, url: proof.url, timestamp }),
  )
  const current = [keys.current, keys.alternatives?.current]
  const old = [keys.old, keys.alternatives?.old]
  if (await isSigned(messages, proof.proof, current)) return { verdict: 'current' }
  const isOld =
    (await isSigned(messages, proof.proofOld, current)) ||
    (await isSigned(messages, proof.proof, old))
  return isOld ? { verdict: 'old' } : { verdict: 'refused', reason: 'signature' }
}

/** The ticks, unless the time is too long ago or still to come. */
function readTimestamp(text: string, now: number): bigint | undefined {
  if (!TICKS.test(text)) return undefined
  const ticks = BigInt(text)
  const age = now - msFromTicks(ticks)
  return age <= PROOF_MAX_AGE_MS && age >= -PROOF_MAX_SKEW_MS ? ticks : undefined
}

async function isSigned(
  messages: readonly Uint8Array<ArrayBuffer>[],
  header: string | undefined,
  keys: readonly (ProofKey | undefined)[],
): Promise<boolean> {
  if (!header || header.length > SIGNATURE_MAX_CHARS) return false
  const signature = decodeBase64(header)
  if (!signature) return false
  for (const key of keys)
    for (const message of messages)
      if (key && (await verifySignature(key, signature, message))) return true
  return false
}
