import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { anyPieces, anyZip } from '../../../test/helpers/arbitrary-zip.ts'
import { chunkFully } from '../../../test/helpers/chunk-stream.ts'
import { testBytes } from '../../../test/helpers/test-host.ts'
import { type BlobStore, BlobStoreFullError } from '../../ports/blob-store.ts'
import { WopiError } from '../../protocol/errors.ts'
import { createMemoryBlobStore } from '../../stores/blobs/memory.ts'
import { newId } from '../bytes/new-id.ts'
import { readExtents } from '../packs/assemble.ts'
import { createOpener } from '../packs/opener.ts'
import { storeWholeContent } from './whole-content.ts'

test('storeWholeContent stores any file unchanged, with the chunks that its bytes require', async () => {
  const anyFile = fc.oneof(
    fc.uint8Array({ maxLength: 500 }),
    anyZip.map(({ bytes }) => bytes),
  )
  await fc.assert(
    fc.asyncProperty(anyFile, anyPieces, async (bytes, lengths) => {
      const services = servicesOn(createMemoryBlobStore())

      const stored = await storeWholeContent(services, 'aa', pieces(bytes, lengths), {
        maxBytes: 1e9,
      })

      const { scheme, size, chunks, alternatives } = await chunkFully(bytes)
      assert.deepEqual(await readExtents(createOpener(services.blobs), stored.extents), bytes)
      assert.deepEqual([stored.scheme, stored.size, stored.awaitsChunking], [scheme, size, false])
      assert.deepEqual([...stored.chunks], chunks)
      assert.deepEqual(new Set(stored.alternatives.placed()), new Set(alternatives))
    }),
  )
})

test('storeWholeContent stores nothing for an empty body', async () => {
  const services = servicesOn(createMemoryBlobStore())

  const stored = await storeWholeContent(services, 'aa', pieces(new Uint8Array(0), [0, 0]), {
    maxBytes: 0,
  })

  assert.deepEqual([...stored.extents], [])
  for await (const { key } of services.blobs.list('')) assert.fail(key)
})

test('storeWholeContent refuses the first byte too many, and passes on the error of the body', async () => {
  const services = servicesOn(createMemoryBlobStore())
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

for (const { what, content, blobs } of [
  { what: 'its first bytes are too many', content: [20], blobs: createMemoryBlobStore() },
  { what: 'later bytes are too many', content: [5, 20], blobs: createMemoryBlobStore() },
  { what: 'the store is full before it pulls', content: [5, 5], blobs: storeThatFailsAfter(0) },
  { what: 'the store fails in the middle', content: [5, 5], blobs: storeThatFailsAfter(1) },
])
  test(`storeWholeContent closes the body when ${what}`, async () => {
    let isOpen = true
    async function* body() {
      try {
        for (const length of content) yield testBytes(length)
      } finally {
        isOpen = false
      }
    }

    await assert.rejects(storeWholeContent(servicesOn(blobs), 'aa', body(), { maxBytes: 10 }))

    assert.equal(isOpen, false)
  })

for (const { before, bytes } of [
  { before: 'its first byte', bytes: 0 },
  { before: 'a later one', bytes: 5 },
])
  test(`storeWholeContent ends at its signal when the body stalls before ${before}`, async () => {
    const stop = new AbortController()
    const services = servicesOn(createMemoryBlobStore())
    async function* stalled() {
      yield testBytes(bytes)
      setImmediate(() => stop.abort(new Error('the client is gone')))
      await new Promise(() => {})
    }

    const storing = storeWholeContent(services, 'aa', stalled(), {
      maxBytes: 10,
      signal: stop.signal,
    })

    await assert.rejects(storing, /the client is gone/)
  })

test('storeWholeContent does not wait for a body that is slow to close', async () => {
  const services = servicesOn(createMemoryBlobStore())
  const [branch] = new Response(new Uint8Array(11)).body?.tee() ?? []
  assert.ok(branch)

  await assert.rejects(
    storeWholeContent(services, 'aa', branch, { maxBytes: 10 }),
    (error) => error instanceof WopiError && error.code === 'TOO_LARGE',
  )
})

for (const { how, close } of [
  { how: 'rejects', close: () => Promise.reject(new Error('EIO')) },
  {
    how: 'throws',
    close() {
      throw new Error('EIO')
    },
  },
  { how: 'returns no promise', close: () => ({}) },
])
  test(`storeWholeContent throws its first error even when closing the body ${how}`, async () => {
    const services = servicesOn(createMemoryBlobStore())
    const iterator = {
      next: async () => ({ done: false, value: testBytes(11) }),
      return: close,
    } as unknown as AsyncIterator<Uint8Array>
    const body = { [Symbol.asyncIterator]: () => iterator }

    await assert.rejects(
      storeWholeContent(services, 'aa', body, { maxBytes: 10 }),
      (error) => error instanceof WopiError && error.code === 'TOO_LARGE',
    )
  })

/** A store whose disk is full after this many pieces. */
function storeThatFailsAfter(pieces: number): BlobStore {
  return {
    ...createMemoryBlobStore(),
    async put(_key, content) {
      const source = content[Symbol.asyncIterator]()
      for (let pulled = 0; pulled < pieces; pulled++) await source.next()
      throw new BlobStoreFullError('The disk is full')
    },
  }
}

async function* pieces(bytes: Uint8Array, lengths: readonly number[]) {
  let at = 0
  for (const length of lengths) {
    yield bytes.subarray(at, at + length)
    at = Math.min(at + length, bytes.length)
  }
  yield bytes.subarray(at)
}

function servicesOn(blobs: BlobStore) {
  const readEpoch = async () => ({ identity: '', epoch: 0, hasDocuments: false })
  return { blobs, metadata: { readEpoch }, newId }
}
