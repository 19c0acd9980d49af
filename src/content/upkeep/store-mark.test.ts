import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, once, testBytes } from '../../../test/helpers/test-host.ts'
import { createStoreAdmin } from '../../host/admin.ts'
import { BlobStoreFullError } from '../../ports/blob-store.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import { createMemoryBlobStore } from '../../stores/blobs/memory.ts'
import { createMemoryMetadataStore } from '../../stores/metadata/sqlite/in-memory.ts'
import { adoptBlobs, raiseMark, StoreMismatchError, storeProblem } from './store-mark.ts'

const CONTENT = testBytes(100)

async function storesWithDocument() {
  const { metadata, blobs } = (await createTestHost({ content: CONTENT })).content
  return { metadata, blobs }
}

async function keysOf({ blobs }: Awaited<ReturnType<typeof storesWithDocument>>) {
  const keys: string[] = []
  for await (const { key } of blobs.list('')) keys.push(key)
  return keys.sort()
}

/** A metadata store as it was when it had come to this epoch. */
const asOf = (metadata: MetadataStore, epoch: number): MetadataStore => ({
  ...metadata,
  readEpoch: async () => ({ ...(await metadata.readEpoch()), epoch }),
})

test('raiseMark takes new and empty stores, and those of before that have no mark', async () => {
  const empty = { metadata: createMemoryMetadataStore(), blobs: createMemoryBlobStore() }

  for (const stores of [empty, await storesWithDocument()]) {
    await raiseMark(stores)
    await raiseMark(stores)

    assert.equal(await storeProblem(stores), undefined)
  }
})

test('raiseMark keeps one mark, with the identity and the epoch of the metadata', async () => {
  const stores = await storesWithDocument()

  await raiseMark(stores)
  await raiseMark(stores)

  const { identity, epoch } = await stores.metadata.readEpoch()
  const marks = (await keysOf(stores)).filter((key) => key.startsWith('store/'))
  assert.deepEqual(marks, [`store/${identity}/${epoch}`])
})

test('raiseMark of several at once leaves stores that belong together', async () => {
  const stores = await storesWithDocument()

  await Promise.all(Array.from({ length: 10 }, () => raiseMark(stores)))

  assert.equal(await storeProblem(stores), undefined)
})

test('raiseMark refuses what does not belong together, and changes nothing', async () => {
  const stores = await storesWithDocument()
  const { blobs, metadata } = stores
  const before = await metadata.readEpoch()
  await raiseMark(stores)
  await raiseMark(stores)
  const kept = await keysOf(stores)
  const misfits = {
    'another database': { blobs, metadata: createMemoryMetadataStore() },
    'newer than the database': { blobs, metadata: asOf(metadata, before.epoch + 1) },
    'no content at all': { metadata, blobs: createMemoryBlobStore() },
  }

  for (const [problem, misfit] of Object.entries(misfits)) {
    await assert.rejects(raiseMark(misfit), (error) => {
      assert.ok(error instanceof StoreMismatchError)
      assert.match(error.message, new RegExp(problem))
      return true
    })
    assert.deepEqual(await keysOf(stores), kept)
  }
})

test('raiseMark refuses content without a mark whose database is gone', async () => {
  const { blobs } = await storesWithDocument()
  const stores = { blobs, metadata: createMemoryMetadataStore() }

  await assert.rejects(raiseMark(stores), /knows of no document/)
})

test('raiseMark lets a store be swept that has no room for another mark', async () => {
  const stores = await storesWithDocument()
  await raiseMark(stores)
  const full = () => Promise.reject(new BlobStoreFullError('full'))

  await raiseMark({ ...stores, blobs: { ...stores.blobs, put: full } })

  assert.equal(await storeProblem(stores), undefined)
})

test('adoptBlobs makes any two stores belong together', async () => {
  const { blobs, metadata } = await storesWithDocument()
  await raiseMark({ blobs, metadata })
  const stores = { blobs, metadata: createMemoryMetadataStore() }

  await adoptBlobs(stores)

  await raiseMark(stores)
  assert.match((await storeProblem({ blobs, metadata })) ?? '', /another database/)
})

test('admin sweeps nothing and tells in verify while stores do not belong together, until they are adopted', async () => {
  const { blobs, metadata } = await storesWithDocument()
  await createStoreAdmin({ blobs, metadata }).sweep({ budgetMs: 1e9 })
  await blobs.put('ab/abcd/orphan', once(CONTENT))
  const admin = createStoreAdmin({ blobs, metadata: createMemoryMetadataStore() })

  await assert.rejects(admin.sweep({ budgetMs: 1e9 }), StoreMismatchError)
  const before = await admin.verify()
  await admin.adopt()
  const after = await admin.verify()

  assert.match(before.damage[0]?.problem ?? '', /another database/)
  assert.deepEqual(after.damage, [])
  await admin.sweep({ budgetMs: 1e9 })
})
