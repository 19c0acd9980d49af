import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { EMPTY_CHUNK_ID } from './chunking/chunk-id.ts'
import { placeChunks, streamSize } from './signature.ts'

test('placeChunks lays chunks end to end, and streamSize is where the last one ends', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 1e9 })), (lengths) => {
      const chunks = lengths.map((length) => ({ id: EMPTY_CHUNK_ID, length }))

      const placed = placeChunks(chunks)

      const ends = placed.map(({ offset, length }) => offset + length)
      assert.deepEqual(
        placed.map(({ offset }) => offset),
        [0, ...ends].slice(0, placed.length),
      )
      assert.equal(streamSize(chunks), ends.at(-1) ?? 0)
    }),
  )
})
