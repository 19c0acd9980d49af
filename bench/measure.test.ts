import assert from 'node:assert/strict'
import { test } from 'node:test'
import { measureInTurn, median, medianRatio, percentile } from './measure.ts'

test('median is the middle value, or the mean of the two in the middle', () => {
  assert.equal(median([9, 1, 5]), 5)
  assert.equal(median([1, 2, 4, 100]), 3)
  assert.throws(() => median([]), RangeError)
})

test('percentile is the value that this share of the values does not reach', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index)

  assert.equal(percentile(values, 0.99), 100)
  assert.equal(percentile(values, 0.5), 51)
})

test('medianRatio compares values of the same round', () => {
  assert.equal(medianRatio([10, 1, 8], [5, 1, 4]), 2)
})

test('measureInTurn changes the order from round to round', async () => {
  const calls: string[] = []
  const thing = (name: string) => async () => calls.push(name)

  const measured = await measureInTurn(2, { a: thing('a'), b: thing('b') })

  assert.deepEqual(calls, ['a', 'b', 'b', 'a'])
  assert.deepEqual(measured, { a: [1, 4], b: [2, 3] })
})
