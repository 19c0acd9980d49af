import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { importProofKeys, type ProofKeyAttributes } from './proof-key.ts'
import { msFromTicks } from './ticks.ts'
import { verifyProof } from './verify-proof.ts'

const CONFORMANCE_DIR = process.env.WOPIKIT_CONFORMANCE_DIR
const skip = CONFORMANCE_DIR ? false : 'WOPIKIT_CONFORMANCE_DIR is not set'

interface Vectors {
  discovery: Required<ProofKeyAttributes>
  cases: {
    name: string
    accessToken: string
    timestamp: string
    url: string
    proof: string
    proofOld: string
    valid: boolean
  }[]
}

async function readVectors(): Promise<Vectors> {
  const text = await readFile(join(CONFORMANCE_DIR ?? '', 'vectors/proof-keys.json'), 'utf8')
  return JSON.parse(text) as Vectors
}

test('verifyProof judges the vectors of Microsoft as they say', { skip }, async (t) => {
  const { discovery, cases } = await readVectors()
  const { value, oldvalue, ...numbers } = discovery
  const fromNumbers = await importProofKeys(numbers)
  const fromBlobs = await importProofKeys({ value, oldvalue })
  for (const { name, accessToken, valid, ...headers } of cases) {
    await t.test(`verifyProof judges ${name}`, async () => {
      const proof = { ...headers, accessTokens: [accessToken] }
      const now = msFromTicks(BigInt(headers.timestamp))

      const verdict = await verifyProof(proof, fromNumbers, now)

      assert.equal(verdict.verdict !== 'refused', valid)
      assert.deepEqual(await verifyProof(proof, fromBlobs, now), verdict)
    })
  }
})
