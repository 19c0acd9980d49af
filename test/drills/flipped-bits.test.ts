import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createStoreAdmin } from '../../src/host/admin.ts'
import type { BlobStore } from '../../src/ports/blob-store.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import { createTestHost, type TestHost, testBytes } from '../helpers/test-host.ts'
import { getChunkedFile, putChunked, putMessage, signatureOf } from '../helpers/wopi-story.ts'

const CONTENT = testBytes(5000)
const VALUE = 'a value that nobody has written is no value'

/** Blobs of which one bit in the middle is the other way round. */
function flipped(blobs: BlobStore): BlobStore {
  return {
    ...blobs,
    async open(key, options) {
      const opened = await blobs.open(key, options)
      const { start = 0 } = options?.range ?? {}
      const wrong = async function* () {
        let at = start
        for await (const bytes of opened) {
          const copy = new Uint8Array(bytes)
          const index = 2500 - at
          if (index >= 0 && index < copy.length) copy[index] = (copy[index] ?? 0) ^ 1
          at += copy.length
          yield copy
        }
      }
      return Object.assign(wrong(), { [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() })
    },
  }
}

/** Manifests in which one letter of a value is another one. */
function misspelled(metadata: MetadataStore): MetadataStore {
  return new Proxy(metadata, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name)
      if (name !== 'readManifest' || typeof method !== 'function') return method
      return async (...args: unknown[]) => {
        const found: unknown = await method.apply(target, args)
        return found instanceof Uint8Array ? misspell(found) : found
      }
    },
  })
}

function misspell(manifest: Uint8Array): Uint8Array {
  const copy = Buffer.from(manifest)
  const at = copy.indexOf(VALUE)
  if (at >= 0) copy.write('A', at)
  return new Uint8Array(copy)
}

/** What is served, or `undefined` when that fails. */
async function served<T>(read: () => Promise<T>): Promise<T | undefined> {
  return read().catch(() => undefined)
}

async function hostWithProperty(): Promise<TestHost> {
  const host = await createTestHost({
    wrapStores: ({ blobs, metadata }) => ({ blobs, metadata: misspelled(metadata) }),
  })
  const properties = [{ name: 'p', value: VALUE, retention: 'KeepOnContentChange' as const }]
  const body = putMessage([signatureOf([CONTENT])], { inline: [CONTENT], properties })
  assert.equal((await putChunked(host, body)).status, 200)
  return host
}

describe('bits that are not as they were stored', () => {
  test('GetFile of a small document does not serve a flipped bit', async () => {
    const host = await createTestHost({
      content: CONTENT,
      wrapStores: (stores) => ({ ...stores, blobs: flipped(stores.blobs) }),
    })

    const reply = await served(() => host.send(undefined, { contents: true }))

    assert.notEqual(reply?.status, 200)
  })

  test('GetChunkedFile of a small document does not serve a flipped bit', async () => {
    const host = await createTestHost({
      content: CONTENT,
      wrapStores: (stores) => ({ ...stores, blobs: flipped(stores.blobs) }),
    })

    const file = await served(() => getChunkedFile(host))

    assert.notEqual(file?.reply.status, 200)
  })

  test('GetChunkedFile does not serve a property whose stored value has changed', async () => {
    const host = await hostWithProperty()

    const file = await served(() => getChunkedFile(host, [{}], ['p']))

    assert.notEqual(file?.reply.status, 200)
  })

  test('verify finds a property whose stored value has changed', async () => {
    const host = await hostWithProperty()

    const { damage } = await createStoreAdmin(host.content).verify()

    assert.notDeepEqual(damage, [])
  })
})
