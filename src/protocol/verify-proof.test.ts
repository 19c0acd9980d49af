import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import fc from 'fast-check'
import { createSigningKey, type Signable, type SigningKey } from '../../test/helpers/proof-keys.ts'
import { importProofKeys, type ProofKeys } from './proof-key.ts'
import { ticksFromMs } from './ticks.ts'
import { PROOF_MAX_AGE_MS, PROOF_MAX_SKEW_MS, type Proof, verifyProof } from './verify-proof.ts'

const NOW = Date.UTC(2026, 0, 1)
const TOKEN = 'alice.token'
const URL = `https://docs.example/wopi/files/f1?access_token=${TOKEN}`

describe('verifyProof', () => {
  let current: SigningKey
  let old: SigningKey
  let stranger: SigningKey
  let keys: ProofKeys

  before(async () => {
    const made = [createSigningKey(), createSigningKey(), createSigningKey()] as const
    ;[current, old, stranger] = await Promise.all(made)
    keys = { current: current.publicKey, old: old.publicKey }
  })

  function sign(key: SigningKey, different: Partial<Signable> = {}): Promise<string> {
    return key.sign({ accessToken: TOKEN, url: URL, at: NOW, ...different })
  }

  function request(proof: Partial<Proof>): Proof {
    const timestamp = String(ticksFromMs(NOW))
    return {
      accessTokens: [TOKEN],
      url: URL,
      timestamp,
      proof: undefined,
      proofOld: undefined,
      ...proof,
    }
  }

  test('verifyProof knows a proof by the current key', async () => {
    const proof = request({ proof: await sign(current), proofOld: await sign(old) })

    assert.deepEqual(await verifyProof(proof, keys, NOW), { verdict: 'current' })
  })

  test('verifyProof knows a client that has a newer key already', async () => {
    const proof = request({ proof: await sign(stranger), proofOld: await sign(current) })

    assert.deepEqual(await verifyProof(proof, keys, NOW), { verdict: 'old' })
  })

  test('verifyProof knows a client that still has the key before', async () => {
    const proof = request({ proof: await sign(old), proofOld: await sign(stranger) })

    assert.deepEqual(await verifyProof(proof, keys, NOW), { verdict: 'old' })
  })

  test('verifyProof takes either of two keys that discovery names for one', async () => {
    const doubtful: ProofKeys = {
      current: stranger.publicKey,
      alternatives: { current: current.publicKey, old: old.publicKey },
    }
    const signed = request({ proof: await sign(current), proofOld: await sign(old) })
    const ahead = request({ proof: 'AAAA', proofOld: await sign(current) })
    const behind = request({ proof: await sign(old), proofOld: 'AAAA' })
    const stale = request({ proof: 'AAAA', proofOld: await sign(old) })

    const verdicts = [signed, ahead, behind, stale].map((proof) =>
      verifyProof(proof, doubtful, NOW),
    )

    assert.deepEqual(
      (await Promise.all(verdicts)).map(({ verdict }) => verdict),
      ['current', 'old', 'old', 'refused'],
    )
  })

  test('verifyProof refuses when only the old proof is by the old key', async () => {
    const proof = request({ proof: await sign(stranger), proofOld: await sign(old) })

    const verdict = await verifyProof(proof, keys, NOW)

    assert.deepEqual(verdict, { verdict: 'refused', reason: 'signature' })
  })

  test('verifyProof refuses a proof by the old key where there is none', async () => {
    const proof = request({ proof: await sign(old) })

    const verdict = await verifyProof(proof, { current: keys.current }, NOW)

    assert.deepEqual(verdict, { verdict: 'refused', reason: 'signature' })
  })

  for (const signed of ['a%2fb%3d', 'a/b=']) {
    test(`verifyProof takes a token that was signed as ${signed}`, async () => {
      const proof = request({
        accessTokens: ['a%2fb%3d', 'a/b='],
        proof: await sign(current, { accessToken: signed }),
      })

      assert.deepEqual(await verifyProof(proof, keys, NOW), { verdict: 'current' })
    })
  }

  test('verifyProof refuses the proof of another token, address or time', async () => {
    const proofs = await Promise.all([
      sign(current, { accessToken: 'bob.token' }),
      sign(current, { url: `${URL}&more=1` }),
      sign(current, { at: NOW - 1 }),
    ])

    const verdicts = await Promise.all(
      proofs.map((proof) => verifyProof(request({ proof }), keys, NOW)),
    )

    assert.deepEqual(verdicts, Array(3).fill({ verdict: 'refused', reason: 'signature' }))
  })

  test('verifyProof takes a proof of 20 minutes ago, and none that is older', async () => {
    const at = NOW - PROOF_MAX_AGE_MS
    const proof = request({
      timestamp: String(ticksFromMs(at)),
      proof: await sign(current, { at }),
    })

    assert.deepEqual(await verifyProof(proof, keys, NOW), { verdict: 'current' })
    assert.deepEqual(await verifyProof(proof, keys, NOW + 1), {
      verdict: 'refused',
      reason: 'timestamp',
    })
  })

  test('verifyProof takes a clock that is a little ahead, and none that is more so', async () => {
    const at = NOW + PROOF_MAX_SKEW_MS
    const proof = request({
      timestamp: String(ticksFromMs(at)),
      proof: await sign(current, { at }),
    })

    assert.deepEqual(await verifyProof(proof, keys, NOW), { verdict: 'current' })
    assert.deepEqual(await verifyProof(proof, keys, NOW - 1), {
      verdict: 'refused',
      reason: 'timestamp',
    })
  })

  test('verifyProof refuses a request without proof or timestamp', async () => {
    const proof = await sign(current)
    const missing = { verdict: 'refused', reason: 'missing' }

    assert.deepEqual(await verifyProof(request({}), keys, NOW), missing)
    assert.deepEqual(
      await verifyProof(request({ proof, timestamp: undefined }), keys, NOW),
      missing,
    )
  })

  for (const timestamp of ['now', '-1', '1e18', '0x10', ' ', '9'.repeat(19), '9'.repeat(60_000)]) {
    test(`verifyProof refuses the timestamp ${JSON.stringify(timestamp.slice(0, 20))}`, async () => {
      const proof = request({ proof: await sign(current), timestamp })

      const verdict = await verifyProof(proof, keys, NOW)

      assert.deepEqual(verdict, { verdict: 'refused', reason: 'timestamp' })
    })
  }

  test('verifyProof refuses whatever else the headers hold', async () => {
    const header = fc.option(fc.oneof(fc.string(), fc.base64String({ maxLength: 2000 })), {
      nil: undefined,
    })
    await fc.assert(
      fc.asyncProperty(header, header, async (proof, proofOld) => {
        const { verdict } = await verifyProof(request({ proof, proofOld }), keys, NOW)
        assert.equal(verdict, 'refused')
      }),
    )
  })

  test('verifyProof refuses a signature that is longer than any key makes', async () => {
    const proof = (await sign(current)).padEnd(60_000)

    const verdict = await verifyProof(request({ proof }), keys, NOW)

    assert.deepEqual(verdict, { verdict: 'refused', reason: 'signature' })
  })

  test('verifyProof takes keys as they come from importProofKeys', async () => {
    const imported = await importProofKeys(current.attributes)

    const verdict = await verifyProof(request({ proof: await sign(current) }), imported, NOW)

    assert.deepEqual(verdict, { verdict: 'current' })
  })
})
