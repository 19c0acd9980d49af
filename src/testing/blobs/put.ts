import assert from 'node:assert/strict'
import { BlobExistsError, BlobNotFoundError, type BlobStore } from '../../ports/blob-store.ts'
import {
  type BlobContractTest,
  HOSTILE_KEYS,
  inPieces,
  KEY,
  listedKeys,
  readAll,
  someBytes,
} from './context.ts'

async function assertAbsent(store: BlobStore, key: string): Promise<void> {
  await assert.rejects(store.open(key), BlobNotFoundError)
  assert.deepEqual(await listedKeys(store), [])
}

/** Content that never goes on after its first bytes, and tells whether it was let go. */
function stalledContent() {
  let released = false
  const steps = [
    Promise.resolve({ done: false as const, value: someBytes(10) }),
    new Promise<never>(() => {}),
  ]
  const iterator = {
    next: () => steps.shift() ?? new Promise<never>(() => {}),
    async return() {
      released = true
      return { done: true as const, value: undefined }
    },
  }
  return {
    content: { [Symbol.asyncIterator]: () => iterator },
    isReleased: () => released,
  }
}

/** The sentences of the port about storing. */
export function putContract(test: BlobContractTest): void {
  for (const [what, length, pieceBytes] of [
    ['of no bytes', 0, 1],
    ['of one byte', 1, 1],
    ['of many tiny pieces', 5_000, 1],
    ['of pieces of odd lengths', 3_000_000, 65_537],
    ['of one large piece', 3_000_000, 3_000_000],
  ] as const)
    test(`put stores a blob ${what}`, async (store) => {
      const bytes = someBytes(length)

      const stored = await store.put(KEY, inPieces(bytes, pieceBytes))

      assert.equal(stored.length, length)
      assert.deepEqual(new Uint8Array(await readAll(store, KEY)), bytes)
    })

  test('put skips empty pieces', async (store) => {
    async function* content() {
      yield new Uint8Array(0)
      yield Uint8Array.of(1)
      yield new Uint8Array(0)
      yield Uint8Array.of(2)
    }

    const stored = await store.put(KEY, content())

    assert.equal(stored.length, 2)
    assert.deepEqual(new Uint8Array(await readAll(store, KEY)), Uint8Array.of(1, 2))
  })

  test('put stores exactly the view that it is given', async (store) => {
    const around = someBytes(100)
    async function* content() {
      yield around.subarray(10, 20)
      yield Buffer.from(around.buffer, 30, 5)
    }

    await store.put(KEY, content())

    const expected = Uint8Array.of(...around.subarray(10, 20), ...around.subarray(30, 35))
    assert.deepEqual(new Uint8Array(await readAll(store, KEY)), expected)
  })

  test('put keeps no reference to the bytes afterwards', async (store) => {
    const bytes = someBytes(1000)
    async function* content() {
      yield bytes
    }
    const expected = bytes.slice()

    await store.put(KEY, content())
    bytes.fill(0)

    assert.deepEqual(new Uint8Array(await readAll(store, KEY)), expected)
  })

  test('put pulls one piece after the other', async (store) => {
    let waiting = 0
    let most = 0
    let left = 50
    const iterator = {
      async next() {
        waiting += 1
        most = Math.max(most, waiting)
        await Promise.resolve()
        waiting -= 1
        left -= 1
        return left < 0
          ? { done: true as const, value: undefined }
          : { done: false as const, value: someBytes(100_000) }
      },
    }

    const stored = await store.put(KEY, { [Symbol.asyncIterator]: () => iterator })

    assert.equal(stored.length, 5_000_000)
    assert.equal(most, 1)
  })

  test('put shows nothing under its key before it has resolved', async (store) => {
    const seen: unknown[] = []
    async function* content() {
      yield someBytes(2_000_000)
      seen.push(await store.open(KEY).catch((error: unknown) => error))
      seen.push(await listedKeys(store))
      yield someBytes(10)
    }

    await store.put(KEY, content())

    assert.ok(seen[0] instanceof BlobNotFoundError)
    assert.deepEqual(seen[1], [])
  })

  test('put rejects with the reason of content that throws, and leaves nothing', async (store) => {
    const reason = new Error('The connection broke')
    async function* content() {
      yield someBytes(1_500_000)
      throw reason
    }

    await assert.rejects(store.put(KEY, content()), (error) => error === reason)

    await assertAbsent(store, KEY)
  })

  test('put can be repeated after it has failed', async (store) => {
    // biome-ignore lint/correctness/useYield: content that fails at once
    async function* broken(): AsyncGenerator<Uint8Array> {
      throw new Error('The connection broke')
    }
    await assert.rejects(store.put(KEY, broken()))

    await store.put(KEY, inPieces(someBytes(10)))

    assert.equal((await readAll(store, KEY)).length, 10)
  })

  test('put that is aborted rejects at once, lets its content go and leaves nothing', async (store) => {
    const abort = new AbortController()
    const reason = new Error('The client is gone')
    const { content, isReleased } = stalledContent()

    const putting = store.put(KEY, content, { signal: abort.signal })
    setImmediate(() => abort.abort(reason))

    await assert.rejects(putting, (error) => error === reason)
    assert.equal(isReleased(), true)
    await assertAbsent(store, KEY)
  })

  test('put with a signal that has aborted pulls nothing', async (store) => {
    let pulled = false
    async function* content() {
      pulled = true
      yield someBytes(1)
    }
    const reason = new Error('Too late')

    const putting = store.put(KEY, content(), { signal: AbortSignal.abort(reason) })

    await assert.rejects(putting, (error) => error === reason)
    assert.equal(pulled, false)
  })

  test('put under a key that is taken leaves the old blob', async (store) => {
    const old = someBytes(100)
    await store.put(KEY, inPieces(old))

    await assert.rejects(store.put(KEY, inPieces(someBytes(5, 2))), BlobExistsError)

    assert.deepEqual(new Uint8Array(await readAll(store, KEY)), old)
  })

  test('put lets one of fifty callers have a key', async (store) => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) => store.put(KEY, inPieces(someBytes(100, index)))),
    )

    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected')
    assert.equal(lost.length, 49)
    assert.ok(lost.every(({ reason }) => reason.code === 'BLOB_EXISTS'))
    assert.deepEqual(new Uint8Array(await readAll(store, KEY)), someBytes(100, winner))
  })

  test('put keeps a key apart from those that continue it', async (store) => {
    await store.put('a', inPieces(someBytes(1)))
    await store.put('a/b', inPieces(someBytes(2)))
    await store.put('a/b/c', inPieces(someBytes(3)))

    assert.deepEqual(await listedKeys(store), ['a', 'a/b', 'a/b/c'])
    assert.equal((await readAll(store, 'a/b')).length, 2)
  })

  test('put takes a key of 200 characters', async (store) => {
    const key = 'a-9/'.repeat(50).slice(0, 199).concat('z')

    await store.put(key, inPieces(someBytes(3)))

    assert.equal((await readAll(store, key)).length, 3)
  })

  for (const key of HOSTILE_KEYS)
    test(`put, open and delete refuse the key ${JSON.stringify(key).slice(0, 30)}`, async (store) => {
      let pulled = false
      async function* content() {
        pulled = true
        yield someBytes(1)
      }

      await assert.rejects(store.put(key, content()), RangeError)
      await assert.rejects(store.open(key), RangeError)
      await assert.rejects(store.delete(key), RangeError)

      assert.equal(pulled, false)
    })
}
