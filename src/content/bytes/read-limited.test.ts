import assert from 'node:assert/strict'
import test from 'node:test'
import { readLimited } from './read-limited.ts'

test('readLimited returns a body of exactly the longest length', async () => {
  assert.deepEqual(await readLimited(pieces(3, 4), 7), new Uint8Array([0, 1, 2, 0, 1, 2, 3]))
  assert.deepEqual(await readLimited(pieces(), 0), new Uint8Array(0))
})

test('readLimited stops at the piece that makes a body too long', async () => {
  let pulled = 0
  async function* endless() {
    for (;;) {
      pulled++
      yield new Uint8Array(4)
    }
  }

  assert.equal(await readLimited(endless(), 7), undefined)
  assert.equal(pulled, 2)
})

async function* pieces(...lengths: number[]): AsyncGenerator<Uint8Array> {
  for (const length of lengths) yield Uint8Array.from({ length }, (_, i) => i)
}
