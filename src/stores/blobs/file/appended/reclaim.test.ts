import assert from 'node:assert/strict'
import { copyFile, stat, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import test from 'node:test'
import {
  assertReads,
  createScene,
  deleteMany,
  failure,
  overwrite,
  putMany,
  SETTLED_AFTER,
} from '../../../../../test/helpers/pack-file-scene.ts'
import type { BlobStore } from '../../../../ports/blob-store.ts'
import { inPieces, listedKeys, someBytes } from '../../../../testing/blobs/context.ts'
import { systemCalls } from '../system-calls.ts'
import { UNIT_BYTES } from './layout.ts'

/** Five blobs: four deleted ones leave less than a quarter. */
const MANY = 5

test('delete of the last blob in a file deletes the file', async () => {
  const scene = createScene()
  const store = scene.openStore()
  const locators = await putMany(store, 2)

  await store.delete('ab/doc/x0', { locator: locators[0] ?? '' })
  const early = await scene.packFiles()
  await store.delete('ab/doc/x1', { locator: locators[1] ?? '' })

  assert.equal(early.length, 1)
  assert.deepEqual(await scene.packFiles(), [])
})

test('delete that leaves little in a file moves the rest to files of their own, and readers find it', async () => {
  const scene = createScene()
  const store = scene.openStore()
  const locators = await putMany(store, MANY)
  const opened = await store.open('ab/doc/x4', { locator: locators[4] ?? '' })

  await deleteMany(store, locators.slice(0, 4))

  assert.deepEqual(await scene.packFiles(), [])
  assert.deepEqual(await listed(store), [['ab/doc/x4', undefined]])
  await assertReads(store, 4, locators[4])
  await assertReads(store, 4, undefined)
  await opened[Symbol.asyncDispose]()
  await store.delete('ab/doc/x4', { locator: locators[4] ?? '' })
  assert.deepEqual(await listed(store), [])
})

test('put after a file was given up goes to another file', async () => {
  const scene = createScene()
  const store = scene.openStore()
  await deleteMany(store, await putMany(store, 2))

  const [locator] = await putMany(store, 1, 7)

  await assertReads(store, 7, locator)
  assert.equal((await scene.packFiles()).length, 1)
})

test('delete leaves a file alone while a blob is on its way into it', async () => {
  const scene = createScene()
  const gate = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  let writes = 0
  const store = scene.openStore({
    async write(...input) {
      writes += 1
      if (writes === 2) {
        reached.resolve()
        await gate.promise
      }
      return systemCalls.write(...input)
    },
  })
  const [first = ''] = await putMany(store, 1)
  const put = putMany(store, 1, 1)
  await reached.promise

  await store.delete('ab/doc/x0', { locator: first })
  gate.resolve()

  const [second] = await put
  await assertReads(store, 1, second)
})

test('a file of another process is given up 25 hours after it was made, by a listing', async () => {
  const scene = createScene()
  const [writer, sweeper] = [scene.openStore(), scene.openStore()]
  const locators = await putMany(writer, MANY)
  await deleteMany(sweeper, locators.slice(0, 4))
  scene.time += SETTLED_AFTER
  await listedKeys(sweeper)
  const early = await scene.packFiles()

  scene.time += 1
  await listedKeys(sweeper)

  assert.equal(early.length, 1)
  assert.deepEqual(await scene.packFiles(), [])
  await assertReads(writer, 4, locators[4])
})

for (const [what, damage] of [
  ['was never written to', (path: string) => truncate(path, 0)],
  ['was cut in its front', (path: string) => truncate(path, 100)],
  ['was cut in its first record', (path: string) => truncate(path, UNIT_BYTES + 200)],
  ['holds nothing but zeros', (path: string) => writeFile(path, new Uint8Array(3 * UNIT_BYTES))],
] as const)
  test(`a file that ${what} when its process died is given up`, async () => {
    const scene = createScene()
    await putMany(scene.openStore(), 2)
    const [path = ''] = await scene.packFiles()
    await damage(path)
    const store = scene.openStore()
    scene.time += SETTLED_AFTER + 1

    assert.deepEqual(await listedKeys(store), [])

    assert.deepEqual(await scene.packFiles(), [])
  })

for (const [what, position] of [
  ['front', 3],
  ['first header', UNIT_BYTES + 5],
] as const)
  test(`a file whose ${what} is damaged is kept, with the records behind it`, async () => {
    const scene = createScene()
    const store = scene.openStore()
    const locators = await putMany(store, 2)
    const [path = ''] = await scene.packFiles()
    await overwrite(path, position, Uint8Array.of(0xee))
    scene.time += SETTLED_AFTER + 1

    await listedKeys(store)
    await store.delete('ab/doc/x0', { locator: locators[0] ?? '' })
    await listedKeys(store)

    assert.deepEqual(await scene.packFiles(), [path])
    await assertReads(store, 1, locators[1])
  })

test('a record with other bytes than were stored is not copied, and its file is kept', async () => {
  const scene = createScene()
  const store = scene.openStore()
  const locators = await putMany(store, MANY)
  const [path = ''] = await scene.packFiles()
  await overwrite(path, (await stat(path)).size - 500, Uint8Array.of(1, 2, 3))

  await deleteMany(store, locators.slice(0, 4))

  assert.deepEqual(await scene.packFiles(), [path])
  assert.deepEqual(await listed(store), [['ab/doc/x4', locators[4]]])
})

test('a reclaim that dies before it deletes the file loses nothing, and is repeated', async () => {
  const scene = createScene()
  const dying = scene.openStore({
    unlink: (path) => (path.endsWith('.packs') ? failure('EIO') : systemCalls.unlink(path)),
  })
  const locators = await putMany(dying, MANY)
  await assert.rejects(deleteMany(dying, locators.slice(0, 4)), { code: 'EIO' })
  await assertReads(dying, 4, locators[4])
  scene.time += SETTLED_AFTER + 1
  const store = scene.openStore()

  await listedKeys(store)

  assert.deepEqual(await scene.packFiles(), [])
  assert.deepEqual(await listed(store), [['ab/doc/x4', undefined]])
  await assertReads(store, 4, locators[4])
})

test('a blob that is deleted while it is moved out does not come back', async () => {
  const scene = createScene()
  const other = scene.openStore()
  const locators: string[] = []
  const store = scene.openStore({
    async link(from, to) {
      await other.delete('ab/doc/x4', { locator: locators[4] ?? '' })
      await systemCalls.link(from, to)
    },
  })
  locators.push(...(await putMany(store, MANY)))

  await deleteMany(store, locators.slice(0, 4))

  assert.deepEqual(await listed(store), [])
})

test('list ignores pack files with other names', async () => {
  const scene = createScene()
  const store = scene.openStore()
  await putMany(store, 1)
  const [path = ''] = await scene.packFiles()

  await copyFile(path, join(dirname(path), 'copy.packs'))
  scene.time += SETTLED_AFTER + 1

  assert.deepEqual(await listedKeys(store), ['ab/doc/x0'])
  await store.put('ab/x', inPieces(someBytes(1)))
  assert.deepEqual(await listedKeys(store), ['ab/doc/x0', 'ab/x'])
})

async function listed(store: BlobStore): Promise<[string, string | undefined][]> {
  const found: [string, string | undefined][] = []
  for await (const { key, locator } of store.list('')) found.push([key, locator])
  return found
}
