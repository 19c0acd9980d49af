import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { watchedCalls } from '../../../test/helpers/watched-calls.ts'
import { BlobStoreFullError } from '../../ports/blob-store.ts'
import { blobStoreContract } from '../../testing/blob-store-contract.ts'
import { inPieces, KEY, listedKeys, readAll, someBytes } from '../../testing/blobs/context.ts'
import { systemCalls } from './file/system-calls.ts'
import { createFileBlobStore } from './file.ts'

const root = await mkdtemp(join(tmpdir(), 'wopikit-blobs-'))
after(() => rm(root, { recursive: true, force: true }))
let directories = 0
const newDirectory = () => {
  directories += 1
  return join(root, String(directories), 'blobs')
}

for (const [form, appendedBelowBytes] of [
  ['small blobs in shared files', undefined],
  ['each blob in its own file', 0],
] as const)
  blobStoreContract({
    describe,
    test,
    name: `createFileBlobStore, ${form},`,
    async open() {
      const watch = watchedCalls()
      const directory = newDirectory()
      const store = createFileBlobStore({
        directory,
        reserveBytes: 0,
        calls: watch.calls,
        ...(appendedBelowBytes !== undefined && { appendedBelowBytes }),
      })
      return {
        store,
        async close() {
          assert.equal(watch.openCount(), 0, 'a descriptor was left open')
          const left = await readdir(join(directory, '.tmp')).catch(() => [])
          assert.deepEqual(left, [], 'a temporary file was left behind')
        },
      }
    },
  })

test('put makes a blob durable before its name, and its name before it resolves', async () => {
  const { calls, log } = watchedCalls()
  const options = { directory: newDirectory(), reserveBytes: 0, calls }
  const store = createFileBlobStore({ ...options, appendedBelowBytes: 0 })
  await store.put('ab/doc/first', inPieces(someBytes(10)))
  log.length = 0

  await store.put('ab/doc/second', inPieces(someBytes(10)))

  assert.deepEqual(log, [
    'open temporary file',
    'write temporary file',
    'fdatasync temporary file',
    'link second.blob',
    'open doc',
    'fsync doc',
  ])
})

test('put syncs a large blob while it arrives, and again at its end', async () => {
  const begun: number[] = []
  const { calls, log } = watchedCalls({
    async fdatasync(fd) {
      begun.push(log.length)
      await systemCalls.fdatasync(fd)
      log.push('fdatasync temporary file')
    },
  })
  const store = createFileBlobStore({ directory: newDirectory(), reserveBytes: 0, calls })

  await store.put(KEY, inPieces(someBytes(6_000_000), 65_536))

  const lastWrite = log.lastIndexOf('write temporary file')
  const lastSync = log.lastIndexOf('fdatasync temporary file')
  assert.ok((begun[0] ?? log.length) < lastWrite)
  assert.ok(lastWrite < lastSync && lastSync < log.indexOf('link x9-0f.blob'))
})

test('put rejects when an early sync fails, though the last one works', async () => {
  let syncs = 0
  const { calls, openCount } = watchedCalls({
    async fdatasync(fd) {
      syncs += 1
      if (syncs === 1) throw Object.assign(new Error('I/O error'), { code: 'EIO' })
      await systemCalls.fdatasync(fd)
    },
  })
  const store = createFileBlobStore({ directory: newDirectory(), reserveBytes: 0, calls })

  await assert.rejects(store.put(KEY, inPieces(someBytes(6_000_000), 65_536)), { code: 'EIO' })

  assert.equal(openCount(), 0)
  assert.deepEqual(await listedKeys(store), [])
})

test('put makes new directories durable in those above them', async () => {
  const { calls, log } = watchedCalls()
  const options = { directory: newDirectory(), reserveBytes: 0, calls }
  const store = createFileBlobStore({ ...options, appendedBelowBytes: 0 })
  await store.put('ab/first/x', inPieces(someBytes(10)))
  log.length = 0

  await store.put('cd/second/x', inPieces(someBytes(10)))

  const order = ['mkdir cd', 'fsync blobs', 'mkdir second', 'fsync cd', 'link x.blob']
  assert.deepEqual(
    log.filter((call) => order.includes(call)),
    order,
  )
})

for (const length of [10_000, 600_000])
  test(`put of ${length} bytes goes on where a write takes only a part`, async () => {
    const { calls } = watchedCalls({
      async write(fd, [first = new Uint8Array(0)], position) {
        return systemCalls.write(fd, [first.subarray(0, 700)], position)
      },
    })
    const store = createFileBlobStore({ directory: newDirectory(), reserveBytes: 0, calls })
    const bytes = someBytes(length)

    const { locator } = await store.put(KEY, inPieces(bytes, 999))

    assert.equal(Buffer.compare(await readAll(store, KEY, undefined, locator), bytes), 0)
  })

test('put pulls at most two batches ahead of a slow disk', async () => {
  let pulledBytes = 0
  let writtenBytes = 0
  let most = 0
  const { calls } = watchedCalls({
    async write(fd, slices, position) {
      await new Promise(setImmediate)
      const count = await systemCalls.write(fd, slices, position)
      writtenBytes += count
      return count
    },
  })
  async function* content() {
    for (let piece = 0; piece < 200; piece += 1) {
      pulledBytes += 65_536
      most = Math.max(most, pulledBytes - writtenBytes)
      yield new Uint8Array(65_536)
    }
  }
  const store = createFileBlobStore({ directory: newDirectory(), reserveBytes: 0, calls })

  await store.put(KEY, content())

  assert.ok(most <= 2 * 512 * 1024 + 65_536, `${most} bytes were held`)
})

test('put rejects when writing fails, and leaves nothing behind', async () => {
  const { calls, openCount } = watchedCalls({
    write: () => Promise.reject(Object.assign(new Error('I/O error'), { code: 'EIO' })),
  })
  const directory = newDirectory()
  const store = createFileBlobStore({ directory, reserveBytes: 0, calls })

  await assert.rejects(store.put(KEY, inPieces(someBytes(3_000_000), 65_536)), { code: 'EIO' })

  assert.equal(openCount(), 0)
  assert.deepEqual(await readdir(join(directory, '.tmp')), [])
  assert.deepEqual(await listedKeys(store), [])
})

test('put on a disk that is full rejects with BlobStoreFullError', async () => {
  const { calls } = watchedCalls({
    write: () => Promise.reject(Object.assign(new Error('No space'), { code: 'ENOSPC' })),
  })
  const store = createFileBlobStore({ directory: newDirectory(), reserveBytes: 0, calls })

  await assert.rejects(store.put(KEY, inPieces(someBytes(10))), BlobStoreFullError)
})

test('put refuses new blobs while only the reserve is left', async () => {
  let freeBytes = 0
  let time = 0
  const { calls } = watchedCalls({ freeBytes: async () => freeBytes })
  const store = createFileBlobStore({
    directory: newDirectory(),
    reserveBytes: 1000,
    now: () => time,
    calls,
  })
  let pulled = false
  async function* content() {
    pulled = true
    yield someBytes(10)
  }

  freeBytes = 1010
  await store.put('ab/one', inPieces(someBytes(10)))
  freeBytes = 999
  time += 1000
  await assert.rejects(store.put('ab/two', content()), BlobStoreFullError)
  freeBytes = 1010
  time += 1000
  await store.put('ab/three', inPieces(someBytes(10)))

  assert.equal(pulled, false)
  assert.deepEqual(await listedKeys(store), ['ab/one', 'ab/three'])
})

test('put ends when the reserve is reached in the middle of a blob', async () => {
  let freeBytes = 1_000_000_000
  let time = 0
  const { calls } = watchedCalls({ freeBytes: async () => freeBytes })
  const options = { directory: newDirectory(), reserveBytes: 1000, now: () => time, calls }
  const store = createFileBlobStore(options)
  async function* content() {
    yield someBytes(10)
    freeBytes = 999
    time += 1000
    yield someBytes(1_000_000)
    yield someBytes(1)
  }

  await assert.rejects(store.put(KEY, content()), BlobStoreFullError)

  assert.deepEqual(await listedKeys(store), [])
})

test('reading rejects when a file is shorter than it was, instead of ending', async () => {
  const { calls } = watchedCalls({ size: async (fd) => (await systemCalls.size(fd)) + 1 })
  const store = createFileBlobStore({ directory: newDirectory(), reserveBytes: 0, calls })
  await store.put(KEY, inPieces(someBytes(1_000_000), 65_536))

  await assert.rejects(readAll(store, KEY), /ends at 1000000/)
})

test('disposing waits for a read that is under way before it closes the file', async () => {
  let reading = 0
  let closedWhileReading = false
  const { calls, openCount } = watchedCalls()
  const store = createFileBlobStore({
    directory: newDirectory(),
    reserveBytes: 0,
    calls: {
      ...calls,
      async read(...input) {
        reading += 1
        await new Promise(setImmediate)
        const count = await systemCalls.read(...input)
        reading -= 1
        return count
      },
      async close(fd) {
        closedWhileReading ||= reading > 0
        await calls.close(fd)
      },
    },
  })
  await store.put(KEY, inPieces(someBytes(1_000_000), 65_536))
  const opened = await store.open(KEY)

  const pulled = opened[Symbol.asyncIterator]().next()
  const disposed = opened[Symbol.asyncDispose]()

  await assert.rejects(pulled)
  await disposed
  assert.equal(closedWhileReading, false)
  assert.equal(openCount(), 0)
})

test('list ignores files that are not blobs', async () => {
  const directory = newDirectory()
  const store = createFileBlobStore({ directory, reserveBytes: 0 })
  await store.put('ab/doc/x', inPieces(someBytes(10)))

  await writeFile(join(directory, 'ab', 'README'), 'not a blob')
  await writeFile(join(directory, 'ab', 'UPPER.blob'), 'not a blob')
  await mkdir(join(directory, 'lost+found'))
  await symlink(join(directory, 'ab'), join(directory, 'cd'))

  assert.deepEqual(await listedKeys(store), ['ab/doc/x'])
})

for (const appendedBelowBytes of [undefined, 0])
  test(`put makes its folders, for the owner only, and again when they were removed: ${appendedBelowBytes ?? 'shared files'}`, async () => {
    const directory = newDirectory()
    const small = appendedBelowBytes !== undefined && { appendedBelowBytes }
    const store = createFileBlobStore({ directory, reserveBytes: 0, ...small })
    await store.put('ab/doc/first', inPieces(someBytes(10)))
    const made = await stat(directory)
    await rm(directory, { recursive: true })

    // The one that meets it may fail.
    await store.put('ab/doc/second', inPieces(someBytes(10))).catch(() => {})
    await store.put('ab/doc/third', inPieces(someBytes(10)))

    assert.equal(made.mode & 0o777, 0o700)
    assert.ok((await listedKeys(store, '')).includes('ab/doc/third'))
  })

test('put works as soon as its folder can be made', async () => {
  const directory = newDirectory()
  await mkdir(join(directory, '..'), { recursive: true })
  await writeFile(directory, 'in the way')
  const store = createFileBlobStore({ directory, reserveBytes: 0 })
  await assert.rejects(store.put('ab/doc/first', inPieces(someBytes(10))))

  await rm(directory)

  assert.equal((await store.put('ab/doc/first', inPieces(someBytes(10)))).length, 10)
})
