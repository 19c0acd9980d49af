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

/** One that is read in many pieces. */
const LARGE = zipOf({ entries: [{ name: 'a', content: testBytes(1024 * 1024) }] })

test('chunkLater cuts a stream that was too large to be cut in time, at the same number', async () => {
  const host = await hostWithUncut()
  const before = await getChunkedFile(host)

  await chunkLater(host.content, (await documentOf(host)).key)

  const after = await getChunkedFile(host)
  assert.equal(before.message.signatures[0]?.scheme, 'FullFile')
  assert.equal(after.message.signatures[0]?.scheme, 'Zip')
  assert.equal(after.message.signatures[0]?.chunks.length, 3)
  assert.deepEqual(assembleStream(after), ZIP)
  assert.equal((await documentOf(host)).sequenceNumber, 2)
})

test('chunkLater leaves the names by which clients know the chunks', async () => {
  const host = await hostWithUncut()
  await chunkLater(host.content, (await documentOf(host)).key)
  const more = testBytes(9)

  const body = putMessage([signatureOf([ZIP, more])], { inline: [more] })

  assert.equal((await putChunked(host, body, { lock: 'L' })).status, 200)
})

test('chunkLater gives way to a save that comes in between', async () => {
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

  await chunkLater(saving, (await documentOf(host)).key)

  assert.deepEqual(await host.get(), testBytes(5))
  assert.equal((await documentOf(host)).sequenceNumber, 3)
})

test('chunkLater makes no state where there is nothing to cut, and knows unknown documents', async () => {
  const host = await createTestHost({ content: ZIP })
  const { manifestId, key } = await documentOf(host)

  await chunkLater(host.content, key)
  await chunkLater(host.content, 'unknown')

  assert.equal((await documentOf(host)).manifestId, manifestId)
})

test('a save that finds its file cut meanwhile goes on with the new extents', async () => {
  const host = await hostWithUncut()
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

test('sweep leaves a file due that was saved while it was cut', async () => {
  const host = await hostWithUncut()
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

test('sweep cuts after it has swept, so that a damaged file does not keep what is garbage', async () => {
  const host = await hostWithUncut()
  const { key, manifestId } = await documentOf(host)
  const orphan = await writePack(host.content, key, once(testBytes(9)))
  await damage(host)

  const failure = await sweep(host).catch((error) => error)

  assert.ok(failure instanceof AggregateError)
  assert.match(failure.message, new RegExp(`Document ${key} cannot be cut`))
  assert.equal(failure.errors.length, 1)
  const { manifestIds, condemned } = await host.content.metadata.readReferences(key)
  assert.deepEqual(manifestIds, [manifestId])
  assert.deepEqual(
    condemned.map(({ pack }) => pack.key),
    [orphan.pack.key],
  )
})

test('sweep tries a damaged file again after an hour, and leaves the machine to others until then', async () => {
  const host = await hostWithUncut()
  await damage(host)
  await assert.rejects(sweep(host), /cannot be cut/)

  host.advance(60 * MINUTE - 1)
  const early = await sweep(host)
  host.advance(1)

  assert.equal(early.documentsSwept, 0)
  await assert.rejects(sweep(host), /cannot be cut/)
})

test('sweep that is aborted stops hashing, reports no failure and leaves the file due', async () => {
  const host = await hostWithUncut(LARGE)
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

/** Takes the bytes of the current state away. */
async function damage(host: TestHost): Promise<void> {
  const { key, manifestId } = await documentOf(host)
  const manifest = await host.content.metadata.readManifest(key, manifestId)
  for (const pack of packsOf(decodeManifest(manifest as Uint8Array)))
    await host.content.blobs.delete(pack.key)
}

/** A host whose file is a zip that is served as one chunk until it is cut. */
async function hostWithUncut(content = ZIP): Promise<TestHost> {
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
    manifestId: 'm-uncut',
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
