import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, once, type TestHost, testBytes } from '../../test/helpers/test-host.ts'
import {
  assembleStream,
  documentOf,
  getChunkedFile,
  putChunked,
  putMessage,
  signatureOf,
} from '../../test/helpers/wopi-story.ts'
import { zipOf } from '../../test/helpers/zip-writer.ts'
import { cutLater } from './cut-later.ts'
import { encodeManifest } from './manifest.ts'
import { writePack } from './pack-writer.ts'

const ZIP = zipOf({ entries: [{ name: 'a', content: testBytes(300), descriptor: 'signed' }] })

test('cutLater cuts a stream that was too large to be cut in time, at the same number', async () => {
  const host = await hostWithUncut()
  const before = await getChunkedFile(host)

  await cutLater(host.content, (await documentOf(host)).key)

  const after = await getChunkedFile(host)
  assert.equal(before.message.signatures[0]?.scheme, 'FullFile')
  assert.equal(after.message.signatures[0]?.scheme, 'Zip')
  assert.equal(after.message.signatures[0]?.chunks.length, 3)
  assert.deepEqual(assembleStream(after), ZIP)
  assert.equal((await documentOf(host)).sequenceNumber, 2)
})

test('cutLater leaves the names by which clients know the chunks', async () => {
  const host = await hostWithUncut()
  await cutLater(host.content, (await documentOf(host)).key)
  const more = testBytes(9)

  const body = putMessage([signatureOf([ZIP, more])], { inline: [more] })

  assert.equal((await putChunked(host, body, { lock: 'L' })).status, 200)
})

test('cutLater gives way to a save that comes in between', async () => {
  const host = await hostWithUncut()
  const { opener } = host.content
  const saving = {
    ...host.content,
    opener: {
      ...opener,
      async open(...args: Parameters<typeof opener.open>) {
        if ((await documentOf(host)).sequenceNumber === 2) await host.put(testBytes(5), 'L')
        return opener.open(...args)
      },
    },
  }

  await cutLater(saving, (await documentOf(host)).key)

  assert.deepEqual(await host.get(), testBytes(5))
  assert.equal((await documentOf(host)).sequenceNumber, 3)
})

test('cutLater makes no state where there is nothing to cut, and knows unknown documents', async () => {
  const host = await createTestHost({ content: ZIP })
  const { manifestId, key } = await documentOf(host)

  await cutLater(host.content, key)
  await cutLater(host.content, 'unknown')

  assert.equal((await documentOf(host)).manifestId, manifestId)
})

test('a save that finds its file cut meanwhile goes on with the new extents', async () => {
  const host = await hostWithUncut()
  const { key } = await documentOf(host)
  const more = testBytes(9)
  const body = putMessage([signatureOf([ZIP, more])], { inline: [more] })
  async function* slowly() {
    yield body.subarray(0, body.length - 20)
    await cutLater(host.content, key)
    yield body.subarray(body.length - 20)
  }

  assert.equal((await putChunked(host, slowly(), { lock: 'L' })).status, 200)
  assert.equal((await host.get()).length, ZIP.length + 9)
})

/** A host whose file is a zip that is served as one chunk until it is cut. */
async function hostWithUncut(): Promise<TestHost> {
  const host = await createTestHost()
  await host.lock('L')
  const document = await documentOf(host)
  const { pack } = await writePack(host.content, document.key, once(ZIP))
  const extents = [{ pack, offset: 0, length: ZIP.length }]
  const stream = {
    ...signatureOf([ZIP]),
    updatedAt: 0,
    size: ZIP.length,
    alternatives: [],
    extents,
  }
  const committed = await host.content.metadata.commit({
    documentKey: document.key,
    expected: { manifestId: document.manifestId },
    manifestId: 'uncut',
    manifest: encodeManifest({ streams: [{ ...stream, uncut: true }], properties: [] }),
    size: ZIP.length,
    sequenceNumber: 2,
    userId: 'alice',
    newPacks: [pack],
    sweepAfterMs: 0,
  })
  assert.equal(committed.ok, true)
  return host
}
