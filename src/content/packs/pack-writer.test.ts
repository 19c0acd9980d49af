import assert from 'node:assert/strict'
import test from 'node:test'
import { once, testBytes } from '../../../test/helpers/test-host.ts'
import { BlobStoreFullError } from '../../ports/blob-store.ts'
import { WopiError } from '../../protocol/errors.ts'
import { createMemoryBlobStore } from '../../stores/blobs/memory.ts'
import { newId } from '../bytes/new-id.ts'
import { documentOfPack, packKey, packPrefix, writePack } from './pack-writer.ts'

/** A metadata store at this epoch. */
const aged = (epoch: number) => ({
  readEpoch: async () => ({ identity: '', epoch, hasDocuments: false }),
})

test('packKey starts with the prefix of its document, and documentOfPack returns the document', () => {
  const [documentKey, packId] = [newId(), newId()]

  const key = packKey(documentKey, packId)

  assert.ok(key.startsWith(packPrefix(documentKey)))
  assert.equal(documentOfPack(key), documentKey)
})

test('documentOfPack returns undefined for a key that no pack has', () => {
  for (const key of ['', 'a', 'aa/bb', 'aa/bbcc/1', 'aa/aacc/', 'aa/aacc/1/2', 'aa//1'])
    assert.equal(documentOfPack(key), undefined, key)
})

test('writePack stores the bytes under a new key of the document and keeps the locator', async () => {
  const blobs = createMemoryBlobStore()
  const located = {
    ...blobs,
    put: async (...args: Parameters<typeof blobs.put>) => ({
      ...(await blobs.put(...args)),
      locator: 'shelf 7',
    }),
  }

  const written = await writePack(
    { blobs: located, metadata: aged(7), newId },
    'aabb',
    once(testBytes(10)),
  )

  assert.equal(written.length, 10)
  assert.equal(documentOfPack(written.pack.key), 'aabb')
  assert.equal(written.pack.locator, 'shelf 7')
  assert.equal(written.pack.since, 7)
})

test('writePack throws STORAGE_FULL when the store is full, and passes other errors on', async () => {
  const failing = (error: Error) => ({
    newId,
    metadata: aged(0),
    blobs: { ...createMemoryBlobStore(), put: () => Promise.reject(error) },
  })

  await assert.rejects(
    writePack(failing(new BlobStoreFullError('full')), 'aabb', once(testBytes(1))),
    (error) => error instanceof WopiError && error.code === 'STORAGE_FULL',
  )
  await assert.rejects(
    writePack(failing(new TypeError('bug')), 'aabb', once(testBytes(1))),
    TypeError,
  )
})
