import { decodeBase64 } from '../../protocol/base64.ts'
import { proofMessage } from '../../protocol/proof-message.ts'
import { CasesError } from '../cases/cases-error.ts'
import type { ProofSigner } from './proof-headers.ts'

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
const PEM = /-----BEGIN PRIVATE KEY-----([\sA-Za-z0-9+/=]+)-----END PRIVATE KEY-----/

/**
 * Signs with the private keys whose public halves the host has from discovery (page "Proof keys").
 *
 * @param keys PKCS #8 as PEM; without an old key the current one stands for it
 * @throws CasesError when one is no such key
 */
export async function createProofSigner(keys: {
  current: string
  old?: string
}): Promise<ProofSigner> {
  const current = await importKey(keys.current)
  const old = keys.old === undefined ? current : await importKey(keys.old)
  return {
    async sign(input) {
      const message = proofMessage(input)
      return { current: await signature(current, message), old: await signature(old, message) }
    },
  }
}

async function importKey(pem: string): Promise<CryptoKey> {
  const text = PEM.exec(pem)?.[1]?.replaceAll(/\s/g, '')
  const bytes = text === undefined ? undefined : decodeBase64(text)
  if (!bytes) throw new CasesError('A proof key is not a private key as PEM (PKCS #8)')
  try {
    return await crypto.subtle.importKey('pkcs8', bytes, RSA, false, ['sign'])
  } catch {
    throw new CasesError('A proof key is not an RSA private key')
  }
}

async function signature(key: CryptoKey, message: Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.sign(RSA.name, key, message))
  return btoa(String.fromCharCode(...bytes))
}
