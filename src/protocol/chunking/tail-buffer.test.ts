import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTailBuffer } from './tail-buffer.ts'

test('createTailBuffer collects bytes across its growth', () => {
  const tail = createTailBuffer(100_000)
  const piece = Uint8Array.from({ length: 9_999 }, (_, index) => index)

  for (let count = 0; count < 10; count++) tail.append(piece)

  assert.equal(tail.bytes().length, 99_990)
  assert.deepEqual(tail.bytes().subarray(89_991), piece)
})

test('createTailBuffer takes exactly as much as its limit', () => {
  const tail = createTailBuffer(10)

  const taken = [tail.append(new Uint8Array(10)), tail.append(new Uint8Array(1))]

  assert.deepEqual(taken, [true, false])
})

test('createTailBuffer keeps nothing once the limit is passed', () => {
  const tail = createTailBuffer(10)
  tail.append(new Uint8Array([1, 2]))

  tail.append(new Uint8Array(9))

  assert.equal(tail.bytes().length, 0)
})
