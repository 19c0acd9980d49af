import assert from 'node:assert/strict'
import { BlobNotFoundError } from '../../ports/blob-store.ts'
import { type BlobContractTest, inPieces, KEY, listedKeys, readAll, someBytes } from './context.ts'

const LENGTH = 2_500_000

/** The sentences of the port about reading and deleting. */
export function openContract(test: BlobContractTest): void {
  for (const [start, end] of [
    [0, LENGTH],
    [0, 1],
    [LENGTH - 1, LENGTH],
    [1, LENGTH - 1],
    [262_143, 262_145],
    [1_000_003, 1_900_001],
  ] as const)
    test(`open reads the bytes from ${start} up to ${end}`, async (store) => {
      const bytes = someBytes(LENGTH)
      await store.put(KEY, inPieces(bytes, 100_000))

      const read = await readAll(store, KEY, { start, end })

      assert.deepEqual(new Uint8Array(read), bytes.subarray(start, end))
    })

  test('open reads no bytes of an empty range', async (store) => {
    await store.put(KEY, inPieces(someBytes(10)))

    for (const at of [0, 5, 10])
      assert.equal((await readAll(store, KEY, { start: at, end: at })).length, 0)
  })

  test('open reads a blob several times at once', async (store) => {
    const bytes = someBytes(600_000)
    await store.put(KEY, inPieces(bytes, 100_000))

    const reads = await Promise.all(Array.from({ length: 8 }, () => readAll(store, KEY)))

    assert.ok(reads.every((read) => Buffer.compare(read, bytes) === 0))
  })

  test('open rejects for a blob that is not there', async (store) => {
    await store.put('ab/there', inPieces(someBytes(1)))

    for (const key of [KEY, 'ab', 'ab/there/below'])
      await assert.rejects(store.open(key), BlobNotFoundError)
  })

  test('open refuses a range that reaches past the end, before the first byte', async (store) => {
    await store.put(KEY, inPieces(someBytes(10)))

    for (const [start, end] of [
      [0, 11],
      [11, 11],
      [-1, 5],
      [6, 5],
      [0.5, 5],
      [0, Number.NaN],
    ] as const)
      await assert.rejects(store.open(KEY, { range: { start, end } }), RangeError)
  })

  test('open with a signal that has aborted rejects with its reason', async (store) => {
    await store.put(KEY, inPieces(someBytes(10)))
    const reason = new Error('Too late')

    const opening = store.open(KEY, { signal: AbortSignal.abort(reason) })

    await assert.rejects(opening, (error) => error === reason)
  })

  test('reading rejects with the reason of an abort in the middle', async (store) => {
    await store.put(KEY, inPieces(someBytes(LENGTH), 100_000))
    const abort = new AbortController()
    const reason = new Error('The client is gone')
    await using opened = await store.open(KEY, { signal: abort.signal })
    const iterator = opened[Symbol.asyncIterator]()
    await iterator.next()

    abort.abort(reason)

    await assert.rejects(iterator.next(), (error) => error === reason)
  })

  test('disposing closes what was never read, and may happen twice', async (store) => {
    await store.put(KEY, inPieces(someBytes(10)))
    const opened = await store.open(KEY)

    await opened[Symbol.asyncDispose]()
    await opened[Symbol.asyncDispose]()

    await assert.rejects(opened[Symbol.asyncIterator]().next())
  })

  test('disposing in the middle makes the next pull reject, not end', async (store) => {
    await store.put(KEY, inPieces(someBytes(LENGTH), 100_000))
    const opened = await store.open(KEY)
    const iterator = opened[Symbol.asyncIterator]()
    await iterator.next()

    await opened[Symbol.asyncDispose]()

    await assert.rejects(iterator.next())
  })

  test('disposing after everything was read leaves the end as it is', async (store) => {
    await store.put(KEY, inPieces(someBytes(10)))
    const opened = await store.open(KEY)
    const iterator = opened[Symbol.asyncIterator]()
    for (let step = await iterator.next(); !step.done; ) step = await iterator.next()

    await opened[Symbol.asyncDispose]()

    assert.equal((await iterator.next()).done, true)
  })

  test('a consumer that breaks off may dispose afterwards', async (store) => {
    await store.put(KEY, inPieces(someBytes(LENGTH), 100_000))
    const opened = await store.open(KEY)

    for await (const piece of opened) {
      assert.ok(piece.length > 0)
      break
    }

    await opened[Symbol.asyncDispose]()
  })

  test('delete deletes a blob and no other', async (store) => {
    await store.put(KEY, inPieces(someBytes(10)))
    await store.put('ab/ab12cd/other', inPieces(someBytes(20)))

    await store.delete(KEY)

    await assert.rejects(store.open(KEY), BlobNotFoundError)
    assert.deepEqual(await listedKeys(store), ['ab/ab12cd/other'])
  })

  test('delete of a blob that is not there is no error', async (store) => {
    await store.put('ab/there', inPieces(someBytes(1)))

    for (const key of [KEY, 'ab', 'ab/there/below']) await store.delete(key)

    assert.deepEqual(await listedKeys(store), ['ab/there'])
  })
}
