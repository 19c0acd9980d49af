import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, type TestHost, testBytes } from '../../../test/helpers/test-host.ts'
import {
  documentOf,
  putChunked,
  putMessage,
  signatureOf,
} from '../../../test/helpers/wopi-story.ts'
import { abandonPacks } from './abandon.ts'
import { packKey } from './pack-writer.ts'

const OLD = testBytes(100, 1)
const NEW = testBytes(100, 2)

async function packsOf({ content }: TestHost): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of content.blobs.list('')) keys.push(key)
  return keys
}

/** A PutChunkedFile that brings bytes and is refused, as it names a chunk that is nowhere. */
const refusedSave = (host: TestHost) =>
  putChunked(host, putMessage([signatureOf([NEW, testBytes(7)])], { inline: [NEW] }), { lock: 'L' })

test('a save that is refused leaves no bytes behind', async () => {
  const host = await createTestHost({ content: OLD })
  await host.lock('L')
  const before = await packsOf(host)

  const { status } = await refusedSave(host)

  assert.equal(status, 400)
  assert.deepEqual(await packsOf(host), before)
  assert.deepEqual(await host.get(), OLD)
})

test('a save of which nobody knows whether it happened keeps its bytes', async () => {
  const host = await createTestHost({ content: OLD })
  await host.lock('L')
  const { metadata } = host.content
  const { commit } = metadata
  metadata.commit = async (request) => {
    await commit(request)
    throw new Error('The connection broke')
  }

  const { status } = await host.put(NEW, 'L')

  assert.equal(status, 500)
  assert.deepEqual(await host.get(), NEW)
})

test('abandonPacks does not reject, and deletes nothing that it could not doom', async () => {
  const host = await createTestHost({ content: OLD })
  const { key } = await documentOf(host)
  const before = await packsOf(host)
  const broken = {
    ...host.content,
    metadata: { abandonPacks: () => Promise.reject(new Error('The store is gone')) },
  }

  await abandonPacks(broken, key, [{ key: before[0] ?? packKey(key, 'none') }])

  assert.deepEqual(await packsOf(host), before)
})
