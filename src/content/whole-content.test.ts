import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { anyPieces, anyZip } from '../../test/helpers/arbitrary-zip.ts'
import { chunkFully } from '../../test/helpers/chunk-stream.ts'
import { WopiError } from '../protocol/errors.ts'
import { createMemoryBlobStore } from '../stores/blobs/memory.ts'
import { readExtents } from './assemble.ts'
import { createOpener } from './opener.ts'
import { newId } from './services.ts'
import { storeWholeContent } from './whole-content.ts'

test('storeWholeContent stores any file as it came, cut as its bytes demand', async () => {
  const anyFile = fc.oneof(
    fc.uint8Array({ maxLength: 500 }),
    anyZip.map(({ bytes }) => bytes),
  )
  await fc.assert(
    fc.asyncProperty(anyFile, anyPieces, async (bytes, lengths) => {
      const services = { blobs: createMemoryBlobStore(), newId }

      const stored = await storeWholeContent(services, 'aa', pieces(bytes, lengths), {
        maxBytes: 1e9,
      })

      const { scheme, size, chunks, alternatives } = await chunkFully(bytes)
      assert.deepEqual(await readExtents(createOpener(services.blobs), stored.extents), bytes)
      const { extents: _, uncut, ...cut } = stored
      assert.deepEqual(cut, { scheme, size, chunks, alternatives })
      assert.equal(uncut, false)
    }),
  )
})

test('storeWholeContent of no bytes stores nothing', async () => {
  const services = { blobs: createMemoryBlobStore(), newId }

  const stored = await storeWholeContent(services, 'aa', pieces(new Uint8Array(0), [0, 0]), {
    maxBytes: 0,
  })

  assert.deepEqual(stored.extents, [])
  for await (const { key } of services.blobs.list('')) assert.fail(key)
})

test('storeWholeContent refuses the first byte too many, and what the body throws', async () => {
  const services = { blobs: createMemoryBlobStore(), newId }
  async function* broken() {
    yield new Uint8Array(5)
    throw new Error('ECONNRESET')
  }

  await assert.rejects(
    storeWholeContent(services, 'aa', pieces(new Uint8Array(11), [5]), { maxBytes: 10 }),
    (error) => error instanceof WopiError && error.code === 'TOO_LARGE',
  )
  await assert.rejects(storeWholeContent(services, 'aa', broken(), { maxBytes: 10 }), /ECONNRESET/)
  for await (const { key } of services.blobs.list('')) assert.fail(key)
})

async function* pieces(bytes: Uint8Array, lengths: readonly number[]) {
  let at = 0
  for (const length of lengths) {
    yield bytes.subarray(at, at + length)
    at = Math.min(at + length, bytes.length)
  }
  yield bytes.subarray(at)
}
