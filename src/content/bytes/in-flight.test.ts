import assert from 'node:assert/strict'
import test from 'node:test'
import { createInFlightBytes } from './in-flight.ts'

test('createInFlightBytes counts the reserved bytes of each user until they are disposed', () => {
  const inFlight = createInFlightBytes()
  const first = inFlight.reserve('alice', 10)
  const second = inFlight.reserve('alice', 5)
  inFlight.reserve('bob', 1)

  const both = inFlight.of('alice')
  first[Symbol.dispose]()
  const one = inFlight.of('alice')
  second[Symbol.dispose]()

  assert.deepEqual([both, one, inFlight.of('alice'), inFlight.of('bob')], [15, 5, 0, 1])
})

test('createInFlightBytes counts 0 for a user who sends nothing', () => {
  assert.equal(createInFlightBytes().of('nobody'), 0)
})
