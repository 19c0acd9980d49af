import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { cutAt, sizesOf } from '../../test/helpers/cuts.ts'
import { noise } from '../../test/helpers/noise.ts'
import type { Chunk } from '../protocol/chunking/chunk.ts'
import { CHUNKS_PER_STREAM_MAX } from '../protocol/names.ts'
import { chunkIdOf } from '../protocol/spooky/spooky.ts'
import {
  CONTENT_CHUNK_AVERAGE_BYTES,
  CONTENT_CHUNK_MAX_BYTES,
  CONTENT_CHUNK_MIN_BYTES,
  createContentChunker,
} from './content-chunker.ts'

const GIB = 1024 ** 3
const SAMPLE = noise(4_000_000)
const KINDS = {
  noise: SAMPLE,
  zeros: new Uint8Array(1_000_000),
  'one line again and again': new TextEncoder().encode('a line of text\n'.repeat(60_000)),
  'less than one chunk': SAMPLE.subarray(0, CONTENT_CHUNK_MIN_BYTES - 1),
  'the smallest chunk': SAMPLE.subarray(0, CONTENT_CHUNK_MIN_BYTES),
  nothing: SAMPLE.subarray(0, 0),
}

for (const [kind, bytes] of Object.entries(KINDS))
  describe(`a content chunker, of ${kind},`, () => {
    test('gives chunks within the bounds, which follow each other and have their ids', () => {
      const chunks = cut([bytes])

      let offset = 0
      for (const [index, { id, length }] of chunks.entries()) {
        assert.equal(id, chunkIdOf(bytes.subarray(offset, offset + length)))
        assert.ok(length <= CONTENT_CHUNK_MAX_BYTES, `${length} bytes`)
        assert.ok(length >= CONTENT_CHUNK_MIN_BYTES || index === chunks.length - 1, `${length}`)
        offset += length
      }
      assert.equal(offset, bytes.length)
    })

    test('cuts in the same places however the bytes arrive', () => {
      const expected = cut([bytes])
      fc.assert(
        fc.property(sizesOf(300_000), (sizes) => {
          assert.deepEqual(cut(cutAt(bytes, sizes)), expected)
        }),
        { numRuns: 5 },
      )
    })
  })

test('a content chunker makes chunks of the average size, give or take a half', () => {
  const average = SAMPLE.length / cut([SAMPLE]).length

  assert.ok(average > CONTENT_CHUNK_AVERAGE_BYTES / 2, `${average} bytes`)
  assert.ok(average < CONTENT_CHUNK_AVERAGE_BYTES * 1.5, `${average} bytes`)
})

test('a content chunker finds the chunks behind a change again', () => {
  const changes = {
    inserted: [SAMPLE.subarray(0, 2_000_000), noise(5_000, 9), SAMPLE.subarray(2_000_000)],
    'taken out': [SAMPLE.subarray(0, 2_000_000), SAMPLE.subarray(2_005_000)],
    overwritten: [SAMPLE.subarray(0, 2_000_000), noise(5_000, 9), SAMPLE.subarray(2_005_000)],
  }
  const known = new Set(cut([SAMPLE]).map(({ id }) => id))
  for (const [what, parts] of Object.entries(changes)) {
    const added = cut(parts).filter(({ id }) => !known.has(id))

    assert.ok(added.length >= 1 && added.length <= 4, `${what}: ${added.length} new chunks`)
  }
})

test('a content chunker cuts today where it has cut before: hosts keep the ids', () => {
  const lengths = cut([SAMPLE.subarray(0, 400_000)]).map(({ length }) => length)

  assert.deepEqual(lengths, [100_286, 67_477, 82_167, 54_889, 70_479, 24_702])
})

test('a content chunker makes larger chunks of what would have too many', () => {
  const chunks = cut([SAMPLE], 64 * GIB)

  const smallest = Math.min(...chunks.slice(0, -1).map(({ length }) => length))
  assert.ok(smallest >= (64 * GIB) / CHUNKS_PER_STREAM_MAX, `${smallest} bytes`)
})

function cut(parts: readonly Uint8Array[], size?: number): Chunk[] {
  const chunker = createContentChunker(size ?? parts.reduce((sum, part) => sum + part.length, 0))
  for (const part of parts) chunker.push(part)
  return chunker.finish()
}
