import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { cutAt, sizesOf } from '../../../test/helpers/cuts.ts'
import { concat } from '../../../test/helpers/test-host.ts'
import { createByteCursor } from './cursor.ts'

test('createByteCursor returns the whole body by take and iteration, whatever its pieces', async () => {
  const takes = fc.array(fc.nat(20), { maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), sizesOf(15), takes, async (body, sizes, lengths) => {
      const cursor = createByteCursor(pieces(cutAt(body, sizes)))

      const parts: Uint8Array[] = []
      let left = body.length
      for (const length of lengths) {
        const part = await cursor.take(length)
        assert.equal(part.length, Math.min(length, left))
        left -= part.length
        parts.push(part)
      }
      for await (const part of cursor) parts.push(part.slice())

      assert.deepEqual(concat(parts), body)
    }),
  )
})

test('ByteCursor.take beyond the end returns the bytes that are left', async () => {
  const cursor = createByteCursor(pieces([new Uint8Array([1, 2])]))

  assert.deepEqual(await cursor.take(5), new Uint8Array([1, 2]))
  assert.deepEqual(await cursor.take(5), new Uint8Array(0))
})

test('ByteCursor.take pulls no more than it needs', async () => {
  let pulled = 0
  async function* counting() {
    for (;;) {
      pulled++
      yield new Uint8Array(10)
    }
  }
  const cursor = createByteCursor(counting())

  await cursor.take(15)
  await cursor.take(5)

  assert.equal(pulled, 2)
})

test('ByteCursor.take passes on the error of a body that throws', async () => {
  async function* broken() {
    yield new Uint8Array(3)
    throw new Error('ECONNRESET')
  }

  await assert.rejects(createByteCursor(broken()).take(4), /ECONNRESET/)
})

async function* pieces(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts
}
