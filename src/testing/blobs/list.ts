import assert from 'node:assert/strict'
import type { BlobStore } from '../../ports/blob-store.ts'
import { type BlobContractTest, inPieces, listedKeys, someBytes } from './context.ts'

async function putAll(store: BlobStore, keys: string[]): Promise<void> {
  await Promise.all(keys.map((key, index) => store.put(key, inPieces(someBytes(index)))))
}

/** The sentences of the port about listing. */
export function listContract(test: BlobContractTest): void {
  test('list finds nothing in an empty store', async (store) => {
    assert.deepEqual(await listedKeys(store), [])
    assert.deepEqual(await listedKeys(store, 'ab/'), [])
  })

  test('list finds every blob with its length', async (store) => {
    await putAll(store, ['ab/one/x', 'ab/two/y', 'cd/three/z'])

    const found = []
    for await (const blob of store.list('')) found.push(blob)

    const byKey = Object.fromEntries(found.map(({ key, length }) => [key, length]))
    assert.deepEqual(byKey, { 'ab/one/x': 0, 'ab/two/y': 1, 'cd/three/z': 2 })
    assert.equal(found.length, 3)
  })

  test('list finds only what begins with the whole parts of a prefix', async (store) => {
    await putAll(store, ['ab/one/x', 'ab/one/y', 'ab/one-more/z', 'ab/one', 'abc/one/x'])

    assert.deepEqual(await listedKeys(store, 'ab/one/'), ['ab/one/x', 'ab/one/y'])
    assert.deepEqual(await listedKeys(store, 'ab/'), [
      'ab/one',
      'ab/one-more/z',
      'ab/one/x',
      'ab/one/y',
    ])
    assert.deepEqual(await listedKeys(store, 'b/'), [])
  })

  for (const prefix of ['ab', '/', '../', 'ab//', 'AB/', './'])
    test(`list refuses the prefix ${prefix}`, async (store) => {
      await putAll(store, ['ab/one'])

      await assert.rejects(listedKeys(store, prefix), RangeError)
    })

  test('list goes on while blobs are deleted', async (store) => {
    const keys = Array.from({ length: 100 }, (_, index) => `ab/doc/x${index}`)
    await putAll(store, keys)

    const seen: string[] = []
    for await (const { key } of store.list('')) {
      seen.push(key)
      await store.delete(key)
    }

    assert.deepEqual(seen.sort(), keys.sort())
    assert.deepEqual(await listedKeys(store), [])
  })

  test('list may be left in the middle', async (store) => {
    await putAll(store, ['ab/one/x', 'ab/two/y', 'cd/three/z'])

    let seen = 0
    for await (const _ of store.list('')) {
      seen += 1
      break
    }

    assert.equal(seen, 1)
    assert.equal((await listedKeys(store)).length, 3)
  })

  test('list rejects with the reason of an abort', async (store) => {
    await putAll(store, ['ab/one/x', 'ab/two/y', 'cd/three/z'])
    const abort = new AbortController()
    const reason = new Error('Stop')
    const listing = async () => {
      for await (const _ of store.list('', { signal: abort.signal })) abort.abort(reason)
    }

    await assert.rejects(listing(), (error) => error === reason)
  })

  test('cleanUp leaves blobs and unfinished puts of the living', async (store) => {
    await putAll(store, ['ab/one/x'])
    async function* content() {
      yield someBytes(1_000_000)
      await store.cleanUp?.()
      yield someBytes(1_000_000)
    }

    await store.put('ab/one/y', content())

    assert.deepEqual(await listedKeys(store), ['ab/one/x', 'ab/one/y'])
  })
}
