import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importProofKeys, type ProofKeyAttributes } from './proof-key.ts'

const MODULUS = Buffer.alloc(256, 0xc5)
const modulus = MODULUS.toString('base64')
const exponent = 'AQAB'

function cspBlob({ type = 6, magic = 'RSA1', bits = 2048, modulus = MODULUS } = {}): string {
  const header = Buffer.alloc(20)
  header.set([type, 2, 0, 0, 0, 0xa4])
  header.write(magic, 8, 'latin1')
  header.writeUInt32LE(bits, 12)
  header.writeUInt32LE(65_537, 16)
  return Buffer.concat([header, Buffer.from(modulus).reverse()]).toString('base64')
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

/** What is said of keys that are imported all the same. */
async function problemsOf(attributes: ProofKeyAttributes) {
  const problems: string[] = []
  const keys = await importProofKeys(attributes, { onProblem: (text) => problems.push(text) })
  return { keys, problems }
}

function modulusOf(key: CryptoKey | undefined): number | undefined {
  return (key?.algorithm as RsaHashedKeyAlgorithm | undefined)?.modulusLength
}

test('importProofKeys finds nothing wrong with keys that are written twice as one', async () => {
  const { keys, problems } = await problemsOf({
    value: cspBlob(),
    modulus,
    exponent,
    oldvalue: cspBlob(),
    oldmodulus: modulus,
    oldexponent: exponent,
  })

  assert.deepEqual(problems, [])
  assert.deepEqual(Object.keys(keys), ['current', 'old'])
})

test('importProofKeys takes a decimal exponent, as scripts of ONLYOFFICE write it', async () => {
  const { keys, problems } = await problemsOf({ value: cspBlob(), modulus, exponent: '65537' })

  assert.deepEqual(problems, ['exponent is the decimal number 65537 and not Base64'])
  assert.deepEqual(Object.keys(keys), ['current'])
  const { publicExponent } = keys.current.algorithm as RsaHashedKeyAlgorithm
  assert.deepEqual([...publicExponent], [1, 0, 1])
})

test('importProofKeys takes a modulus in hex, as openssl prints it, and Base64 for addresses', async () => {
  const { problems } = await problemsOf({
    value: cspBlob(),
    modulus: MODULUS.toString('hex').toUpperCase(),
    exponent,
  })
  const forAddresses = await problemsOf({
    value: cspBlob(),
    modulus: MODULUS.toString('base64url'),
    exponent,
  })

  assert.deepEqual(problems, ['modulus is in hex and not in Base64'])
  assert.deepEqual(forAddresses.problems, [])
})

const oneHalf: [problem: string, attributes: ProofKeyAttributes, said: string][] = [
  ['no modulus', { value: cspBlob(), exponent }, 'modulus is missing'],
  ['no exponent', { value: cspBlob(), modulus }, 'exponent is missing'],
  ['a modulus of nonsense', { value: cspBlob(), modulus: '?', exponent }, 'modulus is no Base64'],
  [
    'an exponent of nonsense',
    { value: cspBlob(), modulus, exponent: '{}' },
    'exponent is no Base64',
  ],
  [
    'an even exponent',
    { value: cspBlob(), modulus, exponent: '4' },
    'exponent is none of an RSA key',
  ],
  ['a blob of nonsense', { value: '?', modulus, exponent }, 'value is no Base64'],
  [
    'a blob of something else',
    { value: modulus, modulus, exponent },
    'value is no CSP blob of an RSA public key',
  ],
  [
    'a short modulus',
    { value: cspBlob(), modulus: 'xcU=', exponent },
    'modulus has 16 bits, and 2048 to 8192 are expected',
  ],
]
for (const [problem, attributes, said] of oneHalf) {
  test(`importProofKeys takes the other half of a key with ${problem}, and says so`, async () => {
    const { keys, problems } = await problemsOf(attributes)

    assert.equal(modulusOf(keys.current), 2048)
    assert.ok(problems.includes(said), problems.join())
  })
}

test('importProofKeys takes both of two keys that should be one, and says so', async () => {
  const other = Buffer.alloc(512, 0xd7)
  const { keys, problems } = await problemsOf({
    value: cspBlob({ modulus: other, bits: 4096 }),
    modulus,
    exponent,
    oldvalue: cspBlob({ modulus: other, bits: 4096 }),
    oldmodulus: modulus,
    oldexponent: exponent,
  })

  assert.deepEqual(problems, [
    'value is a different key from modulus and exponent',
    'oldvalue is a different key from modulus and exponent',
  ])
  assert.deepEqual([keys.current, keys.alternatives?.current].map(modulusOf), [2048, 4096])
  assert.deepEqual([keys.old, keys.alternatives?.old].map(modulusOf), [2048, 4096])
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
test('importProofKeys does without an old key that is broken, and says so', async () => {
  const { keys, problems } = await problemsOf({ modulus, exponent, oldvalue: 'AAAA' })

  assert.deepEqual(Object.keys(keys), ['current'])
  assert.deepEqual(problems, ['oldvalue is no CSP blob of an RSA public key'])
})

test('importProofKeys names all that is wrong with a key that it refuses', async () => {
  await assert.rejects(importProofKeys({ value: 'AAAA', modulus: '?', exponent }), {
    message:
      'The proof key of discovery is not a usable RSA key: modulus is no Base64; ' +
      'value is no CSP blob of an RSA public key',
  })
})

for (const [problem, attributes, code] of refused) {
  test(`importProofKeys refuses ${problem}`, async () => {
    await assert.rejects(importProofKeys(attributes), { name: 'DiscoveryError', code })
  })
}
