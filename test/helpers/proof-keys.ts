import type { ProofKeyAttributes } from '../../src/protocol/proof-key.ts'
import { proofMessage } from '../../src/protocol/proof-message.ts'
import { ticksFromMs } from '../../src/protocol/ticks.ts'

const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
}

/** What a client signs. */
export interface Signable {
  accessToken: string
  url: string
  /** In ms since 1970 UTC. */
  at: number
}

/** A client's key. */
export interface SigningKey {
  publicKey: CryptoKey
  /** The signature as a header has it. */
  sign(request: Signable): Promise<string>
  /** The key as discovery names it. */
  attributes: Required<Pick<ProofKeyAttributes, 'modulus' | 'exponent'>>
}

export async function createSigningKey(): Promise<SigningKey> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(RSA, true, ['sign', 'verify'])
  const { n = '', e = '' } = await crypto.subtle.exportKey('jwk', publicKey)
  return {
    publicKey,
    attributes: { modulus: standardBase64(n), exponent: standardBase64(e) },
    async sign({ accessToken, url, at }) {
      const message = proofMessage({ accessToken, url, timestamp: ticksFromMs(at) })
      const signature = await crypto.subtle.sign(RSA.name, privateKey, message)
      return Buffer.from(signature).toString('base64')
    },
  }
}

function standardBase64(base64Url: string): string {
  return Buffer.from(base64Url, 'base64url').toString('base64')
}
