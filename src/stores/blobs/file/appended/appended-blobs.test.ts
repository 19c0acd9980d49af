import assert from 'node:assert/strict'
import { rm, stat, truncate } from 'node:fs/promises'
import test from 'node:test'
import {
  assertReads,
  createScene,
  failure,
  HOUR,
  LENGTH,
  putMany,
} from '../../../../../test/helpers/pack-file-scene.ts'
import { watchedCalls } from '../../../../../test/helpers/watched-calls.ts'
import { BlobNotFoundError } from '../../../../ports/blob-store.ts'
import { inPieces, listedKeys, someBytes } from '../../../../testing/blobs/context.ts'
import { systemCalls } from '../system-calls.ts'
import { UNIT_BYTES } from './layout.ts'

const NAME = '1-0123456789abcdef-0123456789abcdef'

test('put of a small blob costs a name for the first one of a directory, and one sync for each', async () => {
  const { calls, log } = watchedCalls()
  const store = createScene().openStore(calls)
  await store.put('ab/doc/x0', inPieces(someBytes(LENGTH)))
  const first = log.slice(-5)
  log.length = 0

  await store.put('ab/doc/x1', inPieces(someBytes(LENGTH)))

  assert.deepEqual(first, [
    'open pack file',
    'write pack file',
    'fdatasync pack file',
    'open doc',
    'fsync doc',
  ])
  assert.deepEqual(log, ['reopen pack file', 'write pack file', 'fdatasync pack file'])
})

test('put of several small blobs at once writes and syncs those that wait together', async () => {
  const { calls, log } = watchedCalls()
  const store = createScene().openStore(calls)
  await putMany(store, 1)
  log.length = 0

  const puts = Array.from({ length: 9 }, (_, n) => putMany(store, 1, n + 1))
  const locators = (await Promise.all(puts)).flat()

  assert.ok(log.filter((call) => call.startsWith('fdatasync')).length <= 2)
  for (const [n, locator] of locators.entries()) await assertReads(store, n + 1, locator)
})

test('put of a slow small blob does not delay other blobs', async () => {
  const store = createScene().openStore()
  const gate = Promise.withResolvers<void>()
  async function* slow() {
    yield someBytes(10)
    await gate.promise
    yield someBytes(10)
  }

  const slowPut = store.put('ab/doc/slow', slow())
  const [locator] = await putMany(store, 1)
  gate.resolve()

  await assertReads(store, 0, locator)
  assert.equal((await slowPut).length, 20)
})

test('put gives a small blob its own file when too many of them wait for their end', async () => {
  const store = createScene().openStore()
  const gate = Promise.withResolvers<void>()
  const waiting = Promise.withResolvers<void>()
  let started = 0
  async function* slow() {
    yield someBytes(500_000)
    started += 1
    if (started === 67) waiting.resolve()
    await gate.promise
  }
  const slowPuts = Array.from({ length: 68 }, (_, n) => store.put(`ab/doc/slow${n}`, slow()))
  await waiting.promise

  const stored = await store.put('ab/doc/x0', inPieces(someBytes(LENGTH, 0)))
  gate.resolve()
  await Promise.all(slowPuts)
  const later = await store.put('ab/doc/x1', inPieces(someBytes(LENGTH, 1)))

  assert.equal(stored.locator, undefined)
  await assertReads(store, 0, undefined)
  assert.ok(later.locator)
})

for (const [what, call, code, told] of [
  ['a full disk', 'write', 'ENOSPC', 'BLOB_STORE_FULL'],
  ['a write that fails', 'write', 'EIO', 'EIO'],
  ['a sync that fails', 'fdatasync', 'EIO', 'EIO'],
] as const)
  test(`after ${what} every waiting put rejects, and the file gets no more blobs`, async () => {
    const scene = createScene()
    let failures = 0
    const failNow = (name: string) => name === call && failures-- > 0
    const store = scene.openStore({
      write: (...input) => (failNow('write') ? failure(code) : systemCalls.write(...input)),
      fdatasync: (fd) => (failNow('fdatasync') ? failure(code) : systemCalls.fdatasync(fd)),
    })
    const [before] = await putMany(store, 1)
    failures = 1

    const refused = await Promise.allSettled([putMany(store, 1, 1), putMany(store, 1, 2)])
    const [afterwards] = await putMany(store, 1, 3)

    const codes = refused.map((put) => put.status === 'rejected' && put.reason.code)
    assert.deepEqual(codes, [told, told])
    await assertReads(store, 0, before)
    await assertReads(store, 3, afterwards)
    assert.deepEqual(await listedKeys(store), ['ab/doc/x0', 'ab/doc/x3'])
    assert.equal((await scene.packFiles()).length, 2)
  })

test('put refuses when its file was removed while it was written', async () => {
  const scene = createScene()
  const store = scene.openStore({
    async fdatasync(fd) {
      for (const path of await scene.packFiles()) await rm(path)
      await systemCalls.fdatasync(fd)
    },
  })

  await assert.rejects(putMany(store, 1), /was removed/)
})

test('put begins another file after an hour, and when a file has 16 MiB', async () => {
  const scene = createScene()
  const store = scene.openStore()
  await putMany(store, 2)

  scene.time += HOUR
  await putMany(store, 1, 2)
  const afterAnHour = await scene.packFiles()
  const large = someBytes(500_000)
  for (let n = 0; n < 34; n += 1) await store.put(`ab/doc/large${n}`, inPieces(large, 65_536))

  assert.equal(afterAnHour.length, 2)
  const sizes = await Promise.all(
    (await scene.packFiles()).map(async (path) => (await stat(path)).size),
  )
  assert.equal(sizes.length, 3)
  assert.ok(sizes.every((size) => size <= 16 * 1024 * 1024))
})

test('two processes append to files of their own, and each finds what both have stored', async () => {
  const scene = createScene()
  const [one, two] = [scene.openStore(), scene.openStore()]

  const [first] = await putMany(one, 1)
  const [second] = await putMany(two, 1, 1)

  assert.equal((await scene.packFiles()).length, 2)
  await assertReads(two, 0, first)
  await assertReads(one, 1, second)
  assert.deepEqual(await listedKeys(one), ['ab/doc/x0', 'ab/doc/x1'])
})

test('a folder whose blobs have files of their own is read as before', async () => {
  const scene = createScene()
  const former = scene.openStore({}, { appendedBelowBytes: 0 })
  await former.put('ab/doc/x0', inPieces(someBytes(LENGTH, 0)))

  const store = scene.openStore()
  const [locator] = await putMany(store, 1, 1)

  await assertReads(store, 0, undefined)
  await assertReads(store, 1, locator)
  assert.deepEqual(await listedKeys(store), ['ab/doc/x0', 'ab/doc/x1'])
  await store.delete('ab/doc/x0')
  assert.deepEqual(await listedKeys(store), ['ab/doc/x1'])
})

test('list finds the records before a torn one, and ends there', async () => {
  const scene = createScene()
  const store = scene.openStore()
  const locators = await putMany(store, 3)
  const [path = ''] = await scene.packFiles()

  await truncate(path, (await stat(path)).size - UNIT_BYTES)

  assert.deepEqual(await listedKeys(store), ['ab/doc/x0', 'ab/doc/x1'])
  await assertReads(store, 1, locators[1])
})

for (const locator of ['../x:1', 'x:1', `${NAME}:0`, `${NAME}:4081`, `${NAME}:1/`])
  test(`open and delete refuse the locator ${locator}`, async () => {
    const store = createScene().openStore()

    await assert.rejects(store.open('ab/doc/x0', { locator }), RangeError)
    await assert.rejects(store.delete('ab/doc/x0', { locator }), RangeError)
  })

test('open and delete compare the key, and leave the record of another key alone', async () => {
  const store = createScene().openStore()
  const [locator = ''] = await putMany(store, 2)

  await assert.rejects(store.open('ab/doc/x1', { locator }), BlobNotFoundError)
  await store.delete('ab/doc/x1', { locator })

  await assertReads(store, 0, locator)
  assert.deepEqual(await listedKeys(store), ['ab/doc/x0', 'ab/doc/x1'])
})
