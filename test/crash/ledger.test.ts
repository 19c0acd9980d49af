import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wholeContent } from './content.ts'
import { BrokenPromiseError, createLedger } from './ledger.ts'
import { createRandom } from './random.ts'

const random = createRandom(1)
const [first, second, third] = [wholeContent(random), wholeContent(random), wholeContent(random)]

test('observed accepts a save that was not answered, and holds on to it', () => {
  const ledger = createLedger('doc', 1, first)

  ledger.attempt(second)
  ledger.observed({ sequenceNumber: 2, digest: second.digest, notBefore: 1 })

  assert.equal(ledger.newest().sequenceNumber, 2)
  const back = { sequenceNumber: 1, digest: first.digest, notBefore: 2 }
  assert.throws(() => ledger.observed(back), BrokenPromiseError)
})

test('observed refuses content that nobody sent', () => {
  const ledger = createLedger('doc', 1, first)

  const torn = { sequenceNumber: 2, digest: third.digest, notBefore: 1 }

  assert.throws(() => ledger.observed(torn), BrokenPromiseError)
})

test('observed refuses a save that was refused, and one from before the last restart', () => {
  const ledger = createLedger('doc', 1, first)

  ledger.attempt(second)
  ledger.refused(second)
  ledger.attempt(third)
  ledger.settle()

  for (const { digest } of [second, third]) {
    const read = { sequenceNumber: 2, digest, notBefore: 1 }
    assert.throws(() => ledger.observed(read), BrokenPromiseError)
  }
})

test('acknowledged refuses a sequence number that another state has', () => {
  const ledger = createLedger('doc', 1, first)

  ledger.acknowledged(2, second)

  assert.throws(() => ledger.acknowledged(2, third), BrokenPromiseError)
})
