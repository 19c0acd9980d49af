import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { proofMessage } from '../protocol/proof-message.ts'
import { readProofKeys, writeNewProofKeys } from './proof-key-file.ts'
import { UsageError } from './transfer.ts'

const INPUT = { accessToken: 'token', url: 'https://docs.example/wopi/files/1', timestamp: 1n }

describe('proof key files', () => {
  let place: string
  let keyFile: string
  let discovery: string

  before(async () => {
    place = await mkdtemp(join(tmpdir(), 'wopikit-keys-'))
    const written = await writeNewProofKeys(join(place, 'key'))
    keyFile = written.keyFile
    discovery = await readFile(written.discoveryFile, 'utf8')
  })
  after(() => rm(place, { recursive: true }))

  function attribute(name: string): Buffer {
    return Buffer.from(new RegExp(` ${name}="([^"]+)"`).exec(discovery)?.[1] ?? '', 'base64')
  }

  function isSignedBy(prefix: '' | 'old', signature: string): boolean {
    const n = attribute(`${prefix}modulus`).toString('base64url')
    const e = attribute(`${prefix}exponent`).toString('base64url')
    const key = createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' })
    return verify('sha256', proofMessage(INPUT), key, Buffer.from(signature, 'base64'))
  }

  test('the discovery document has the keys that verify what the key file signs', async () => {
    const signer = await readProofKeys(keyFile)

    const { current, old } = await signer.sign(INPUT)

    assert.ok(isSignedBy('', current))
    assert.ok(isSignedBy('old', old))
    assert.ok(!isSignedBy('', old))
  })

  test('the discovery document has the same numbers in the CSP blobs', () => {
    const blob = attribute('value')

    assert.equal(blob.subarray(0, 20).toString('hex'), '0602000000a40000525341310008000001000100')
    assert.deepEqual(blob.subarray(20).reverse(), attribute('modulus'))
  })

  test('writeNewProofKeys hides the private keys from others, and never overwrites keys', async () => {
    const before = await readFile(keyFile, 'utf8')

    await assert.rejects(writeNewProofKeys(keyFile), UsageError)

    assert.equal(await readFile(keyFile, 'utf8'), before)
    assert.equal((await stat(keyFile)).mode & 0o777, 0o600)
  })

  test('readProofKeys accepts a single key, as openssl genpkey makes it', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const path = join(place, 'single')
    await writeFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }))

    const { current, old } = await (await readProofKeys(path)).sign(INPUT)

    assert.equal(current, old)
  })

  test('readProofKeys refuses a file without keys, and does not reveal its content', async () => {
    const path = join(place, 'other')
    const block = (text: string) =>
      `-----BEGIN PRIVATE KEY-----\n${text}\n-----END PRIVATE KEY-----`

    for (const text of ['', 'c2VjcmV0', block('c2VjcmV0'), 'x'.repeat(100_000)]) {
      await writeFile(path, text)
      await assert.rejects(readProofKeys(path), (error: Error) => {
        assert.ok(error instanceof UsageError)
        assert.doesNotMatch(error.message, /c2VjcmV0|secret/)
        return true
      })
    }
    await assert.rejects(readProofKeys(join(place, 'missing')), UsageError)
  })
})
