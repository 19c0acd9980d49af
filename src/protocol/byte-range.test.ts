import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { readByteRange } from './byte-range.ts'

test('readByteRange takes one range, its end included, open, or counted from the end', () => {
  assert.deepEqual(readByteRange('bytes=0-0', 10), { start: 0, end: 1 })
  assert.deepEqual(readByteRange('bytes=2-5', 10), { start: 2, end: 6 })
  assert.deepEqual(readByteRange('bytes=2-', 10), { start: 2, end: 10 })
  assert.deepEqual(readByteRange('bytes=-3', 10), { start: 7, end: 10 })
})

test('readByteRange ends where the content ends', () => {
  assert.deepEqual(readByteRange('bytes=8-99', 10), { start: 8, end: 10 })
  assert.deepEqual(readByteRange('bytes=-99', 10), { start: 0, end: 10 })
  assert.deepEqual(readByteRange('bytes=0-9999999999999999', 10), { start: 0, end: 10 })
})

const WHOLE = [
  undefined,
  '',
  'bytes=-',
  'bytes=10-',
  'bytes=10-12',
  'bytes=5-4',
  'bytes=-0',
  'bytes=0-1,3-4',
  'bytes=0 - 1',
  'bytes=-1-2',
  'bytes=a-b',
  'bytes=0-99999999999999999',
  'chunks=0-1',
]

for (const value of WHOLE)
  test(`readByteRange takes ${JSON.stringify(value)} of 10 bytes for the whole`, () => {
    assert.equal(readByteRange(value, 10), undefined)
  })

test('readByteRange of anything lies within the content and is not empty', () => {
  const number = fc.option(fc.maxSafeNat(), { nil: '' })
  fc.assert(
    fc.property(number, number, fc.nat(1000), (first, last, size) => {
      const range = readByteRange(`bytes=${first}-${last}`, size)

      if (range) assert.ok(range.start >= 0 && range.start < range.end && range.end <= size)
    }),
  )
})
