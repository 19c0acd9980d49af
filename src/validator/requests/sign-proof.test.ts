import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { ProofKeys } from '../../protocol/proof-key.ts'
import { verifyProof } from '../../protocol/verify-proof.ts'
import { CasesError } from '../cases/cases-error.ts'
import type { ProofMutator } from '../cases/request.ts'
import { headerOf } from '../http-message.ts'
import { type ProofSigner, proofHeaders } from './proof-headers.ts'
import { createProofSigner } from './sign-proof.ts'

const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
}
const NOW = Date.UTC(2026, 0, 1)
const REQUEST = { accessToken: 'a.b', url: 'https://h.example/f?access_token=a.b', now: NOW }

async function createKey(): Promise<{ pem: string; publicKey: CryptoKey }> {
  const pair = await crypto.subtle.generateKey(RSA, true, ['sign', 'verify'])
  const bytes = await crypto.subtle.exportKey('pkcs8', pair.privateKey)
  const base64 = Buffer.from(bytes).toString('base64').replaceAll(/.{64}/g, '$&\n')
  const pem = `-----BEGIN PRIVATE KEY-----\n${base64}\n-----END PRIVATE KEY-----\n`
  return { pem, publicKey: pair.publicKey }
}

describe('proofs', () => {
  let signer: ProofSigner
  let keys: ProofKeys
  let pem: string

  before(async () => {
    const [current, old] = [await createKey(), await createKey()]
    pem = current.pem
    signer = await createProofSigner({ current: current.pem, old: old.pem })
    keys = { current: current.publicKey, old: old.publicKey }
  })

  async function verdictOf(mutator?: ProofMutator, by: ProofSigner = signer) {
    const headers = await proofHeaders(REQUEST, by, mutator)
    const proof = {
      accessTokens: [REQUEST.accessToken],
      url: REQUEST.url,
      timestamp: headerOf(headers, 'X-WOPI-TimeStamp'),
      proof: headerOf(headers, 'X-WOPI-Proof'),
      proofOld: headerOf(headers, 'X-WOPI-ProofOld'),
    }
    return (await verifyProof(proof, keys, NOW)).verdict
  }

  test('are accepted by a host that knows the keys', async () => {
    assert.equal(await verdictOf(), 'current')
    assert.equal(await verdictOf({ mutateOld: true }), 'current')
  })

  test('are accepted when client and host have changed their keys at other times', async () => {
    assert.notEqual(await verdictOf({ keyRelation: 'Ahead' }), 'refused')
    assert.equal(await verdictOf({ keyRelation: 'Behind' }), 'old')
  })

  test('are refused when they are spoilt or old', async () => {
    assert.equal(await verdictOf({ mutateCurrent: true }), 'refused')
    assert.equal(await verdictOf({ mutateCurrent: true, mutateOld: true }), 'refused')
    assert.equal(await verdictOf({ timestamp: '2015-08-17T00:00:00Z' }), 'refused')
  })

  test('are made with the one key when there is no old one', async () => {
    assert.equal(await verdictOf({}, await createProofSigner({ current: pem })), 'current')
  })

  test('carry the time in ticks since the year 1', async () => {
    const headers = await proofHeaders(REQUEST, signer, { timestamp: '2015-08-17T00:00:00Z' })

    assert.equal(headerOf(headers, 'X-WOPI-TimeStamp'), '635753664000000000')
  })

  test('need a private RSA key', async () => {
    const other = '-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----'

    for (const current of ['', 'key', pem.replaceAll('PRIVATE', 'PUBLIC'), other])
      await assert.rejects(createProofSigner({ current }), CasesError)
  })
})
