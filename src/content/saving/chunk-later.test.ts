import assert from 'node:assert/strict'
import test from 'node:test'
import { packStream } from '../../../test/helpers/packed-states.ts'
import {
  createTestHost,
  MINUTE,
  once,
  type TestHost,
  testBytes,
} from '../../../test/helpers/test-host.ts'
import {
  assembleStream,
  documentOf,
  getChunkedFile,
  putChunked,
  putMessage,
  signatureOf,
} from '../../../test/helpers/wopi-story.ts'
import { zipOf } from '../../../test/helpers/zip-writer.ts'
import { createOpener } from '../packs/opener.ts'
import { writePack } from '../packs/pack-writer.ts'
import { packsOf } from '../state/manifest.ts'
import { decodeManifest, encodeManifest } from '../state/manifest-format.ts'
import { DEFAULT_RETENTION } from '../upkeep/retention.ts'
import { createSweeper } from '../upkeep/sweep.ts'
import { chunkLater } from './chunk-later.ts'

const ZIP = zipOf({ entries: [{ name: 'a', content: testBytes(300), descriptor: 'signed' }] })

/** A zip that is read in many pieces. */
const LARGE = zipOf({ entries: [{ name: 'a', content: testBytes(1024 * 1024) }] })

test('chunkLater chunks a stream that was too large before, under the same sequence number', async () => {
  const host = await hostWithUnchunked()
  const before = await getChunkedFile(host)

  await chunkLater(host.content, (await documentOf(host)).key)

  const after = await getChunkedFile(host)
  assert.equal(before.message.signatures[0]?.scheme, 'FullFile')
  assert.equal(after.message.signatures[0]?.scheme, 'Zip')
  assert.equal(after.message.signatures[0]?.chunks.length, 3)
  assert.deepEqual(assembleStream(after), ZIP)
  assert.equal((await documentOf(host)).sequenceNumber, 2)
})

test('chunkLater keeps the chunk ids that clients know', async () => {
  const host = await hostWithUnchunked()
  await chunkLater(host.content, (await documentOf(host)).key)
  const more = testBytes(9)

  const body = putMessage([signatureOf([ZIP, more])], { inline: [more] })

  assert.equal((await putChunked(host, body, { lock: 'L' })).status, 200)
})

test('chunkLater gives way to a concurrent save', async () => {
  const host = await hostWithUnchunked()
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

  await chunkLater(saving, (await documentOf(host)).key)

  assert.deepEqual(await host.get(), testBytes(5))
  assert.equal((await documentOf(host)).sequenceNumber, 3)
})

test('chunkLater makes no state when nothing is left to chunk or the document does not exist', async () => {
  const host = await createTestHost({ content: ZIP })
  const { manifestId, key } = await documentOf(host)

  await chunkLater(host.content, key)
  await chunkLater(host.content, 'unknown')

  assert.equal((await documentOf(host)).manifestId, manifestId)
})

test('PutChunkedFile uses the new extents of a file that was chunked meanwhile', async () => {
  const host = await hostWithUnchunked()
  const { key } = await documentOf(host)
  const more = testBytes(9)
  const body = putMessage([signatureOf([ZIP, more])], { inline: [more] })
  async function* slowly() {
    yield body.subarray(0, body.length - 20)
    await chunkLater(host.content, key)
    yield body.subarray(body.length - 20)
  }

  assert.equal((await putChunked(host, slowly(), { lock: 'L' })).status, 200)
  assert.equal((await host.get()).length, ZIP.length + 9)
})

test('sweep keeps a file due that was saved while it was chunked', async () => {
  const host = await hostWithUnchunked()
  const { key } = await documentOf(host)
  const { metadata } = host.content
  const overtaken = {
    ...metadata,
    commit: async () => {
      await host.put(testBytes(9), 'L')
      return { ok: false, reason: 'changed' } as const
    },
  }

  await sweep({ content: { ...host.content, metadata: overtaken } })

  const due = await metadata.listDue(9)
  assert.deepEqual(
    due.map(({ documentKey }) => documentKey),
    [key],
  )
})

test('sweep deletes garbage before it chunks, so that a damaged file keeps no garbage', async () => {
  const host = await hostWithUnchunked()
  const { key, manifestId } = await documentOf(host)
  const orphan = await writePack(host.content, key, once(testBytes(9)))
  await damage(host)

  const failure = await sweep(host).catch((error) => error)

  assert.ok(failure instanceof AggregateError)
  assert.match(failure.message, new RegExp(`Document ${key} could not be chunked`))
  assert.equal(failure.errors.length, 1)
  const { manifestIds, condemned } = await host.content.metadata.readReferences(key)
  assert.deepEqual(manifestIds, [manifestId])
  assert.deepEqual(
    condemned.map(({ pack }) => pack.key),
    [orphan.pack.key],
  )
})

test('sweep tries to chunk a damaged file again after an hour, not earlier', async () => {
  const host = await hostWithUnchunked()
  await damage(host)
  await assert.rejects(sweep(host), /could not be chunked/)

  host.advance(60 * MINUTE - 1)
  const early = await sweep(host)
  host.advance(1)

  assert.equal(early.documentsSwept, 0)
  await assert.rejects(sweep(host), /could not be chunked/)
})

test('sweep stops hashing when aborted, reports no failure and keeps the file due', async () => {
  const host = await hostWithUnchunked(LARGE)
  const { manifestId, key } = await documentOf(host)
  const stop = new AbortController()
  let pulled = 0
  const { blobs } = host.content
  const opener = createOpener({
    ...blobs,
    async open(...args) {
      const opened = await blobs.open(...args)
      return {
        async *[Symbol.asyncIterator]() {
          for await (const bytes of opened) {
            pulled += bytes.length
            if (pulled > 128 * 1024) stop.abort()
            yield bytes
          }
        },
        [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
      }
    },
  })

  const report = await sweep({ content: { ...host.content, opener } }, stop.signal)

  assert.deepEqual([report.documentsSwept, report.more], [1, true])
  assert.ok(pulled < 512 * 1024, `${pulled} bytes were read`)
  assert.equal((await documentOf(host)).manifestId, manifestId)
  const due = await host.content.metadata.listDue(9)
  assert.deepEqual(
    due.map(({ documentKey }) => documentKey),
    [key],
  )
})

function sweep({ content }: Pick<TestHost, 'content'>, signal?: AbortSignal) {
  const retention = { ...DEFAULT_RETENTION, historyStates: 1 }
  return createSweeper(content, { retention, clock: () => 0 }).sweep({
    budgetMs: 1,
    ...(signal && { signal }),
  })
}

/** Deletes the bytes of the current state. */
async function damage(host: TestHost): Promise<void> {
  const { key, manifestId } = await documentOf(host)
  const manifest = await host.content.metadata.readManifest(key, manifestId)
  for (const pack of packsOf(decodeManifest(manifest as Uint8Array)))
    await host.content.blobs.delete(pack.key)
}

/** A host whose file is a zip that it serves as one chunk until it is chunked. */
async function hostWithUnchunked(content = ZIP): Promise<TestHost> {
  const host = await createTestHost()
  await host.lock('L')
  const document = await documentOf(host)
  const { pack } = await writePack(host.content, document.key, once(content))
  const extents = [{ source: pack, offset: 0, length: content.length }]
  const stream = {
    ...signatureOf([content]),
    updatedAt: 0,
    size: content.length,
    alternatives: [],
    extents,
  }
  const committed = await host.content.metadata.commit({
    documentKey: document.key,
    expected: { manifestId: document.manifestId },
    manifestId: 'm-unchunked',
    manifest: encodeManifest({
      streams: [packStream({ ...stream, awaitsChunking: true })],
      properties: [],
    }),
    size: content.length,
    sequenceNumber: 2,
    userId: 'alice',
    newPacks: [pack],
    sweepAfterMs: 0,
  })
  assert.equal(committed.ok, true)
  return host
}
