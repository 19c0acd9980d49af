import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importProofKeys, type ProofKeyAttributes } from './proof-key.ts'

const MODULUS = Buffer.alloc(256, 0xc5)
const modulus = MODULUS.toString('base64')
const exponent = 'AQAB'

function cspBlob({ type = 6, magic = 'RSA1', bits = 2048 } = {}): string {
  const header = Buffer.alloc(20)
  header.set([type, 2, 0, 0, 0, 0xa4])
  header.write(magic, 8, 'latin1')
  header.writeUInt32LE(bits, 12)
  header.writeUInt32LE(65_537, 16)
  return Buffer.concat([header, Buffer.from(MODULUS).reverse()]).toString('base64')
}

test('importProofKeys reads the old key where there is one', async () => {
  const only = await importProofKeys({ modulus, exponent })
  const both = await importProofKeys({
    modulus,
    exponent,
    oldmodulus: modulus,
    oldexponent: exponent,
  })

  assert.equal(only.old, undefined)
  assert.equal(both.old?.type, 'public')
})

test('importProofKeys reads CSP blobs where the numbers are missing', async () => {
  const keys = await importProofKeys({ value: cspBlob(), oldvalue: cspBlob() })

  assert.deepEqual({ ...keys.current.algorithm }, { ...keys.old?.algorithm })
  assert.equal((keys.current.algorithm as RsaHashedKeyAlgorithm).modulusLength, 2048)
})

test('importProofKeys takes numbers with leading zeros', async () => {
  const padded = Buffer.concat([Buffer.alloc(1), MODULUS]).toString('base64')

  const { current } = await importProofKeys({ modulus: padded, exponent: 'AAEAAQ==' })

  assert.equal((current.algorithm as RsaHashedKeyAlgorithm).modulusLength, 2048)
})

const refused: [problem: string, attributes: ProofKeyAttributes, code: string][] = [
  ['no key', {}, 'PROOF_KEY_MISSING'],
  ['only an old key', { oldmodulus: modulus, oldexponent: exponent }, 'PROOF_KEY_MISSING'],
  ['a modulus that is no Base64', { modulus: '?', exponent }, 'PROOF_KEY_INVALID'],
  ['a short modulus', { modulus: modulus.slice(0, 172), exponent }, 'PROOF_KEY_INVALID'],
  [
    'a modulus of zeros',
    { modulus: Buffer.alloc(256).toString('base64'), exponent },
    'PROOF_KEY_INVALID',
  ],
  ['a huge modulus', { modulus: 'A'.repeat(100_000), exponent }, 'PROOF_KEY_INVALID'],
  ['a long exponent', { modulus, exponent: 'AQAAAAAB' }, 'PROOF_KEY_INVALID'],
  ['an exponent of 0', { modulus, exponent: 'AA==' }, 'PROOF_KEY_INVALID'],
  ['a blob that is cut off', { value: cspBlob().slice(0, 200) }, 'PROOF_KEY_INVALID'],
  ['a blob of a private key', { value: cspBlob({ type: 7 }) }, 'PROOF_KEY_INVALID'],
  ['a blob of another kind', { value: cspBlob({ magic: 'DSS1' }) }, 'PROOF_KEY_INVALID'],
  ['a blob with the wrong length', { value: cspBlob({ bits: 4096 }) }, 'PROOF_KEY_INVALID'],
]
test('importProofKeys does without an old key that is broken', async () => {
  const keys = await importProofKeys({ modulus, exponent, oldvalue: 'AAAA' })

  assert.deepEqual(Object.keys(keys), ['current'])
})

for (const [problem, attributes, code] of refused) {
  test(`importProofKeys refuses ${problem}`, async () => {
    await assert.rejects(importProofKeys(attributes), { name: 'DiscoveryError', code })
  })
}
