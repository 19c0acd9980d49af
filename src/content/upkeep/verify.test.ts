import assert from 'node:assert/strict'
import test from 'node:test'
import { packStream } from '../../../test/helpers/packed-states.ts'
import { pruneHistory } from '../../../test/helpers/prune-history.ts'
import {
  chunkFrames,
  createTestHost,
  once,
  type TestHost,
  testBytes,
} from '../../../test/helpers/test-host.ts'
import {
  append,
  documentOf,
  openSession,
  putChunked,
  putMessage,
  signatureOf,
} from '../../../test/helpers/wopi-story.ts'
import { zipOf } from '../../../test/helpers/zip-writer.ts'
import { writePack } from '../packs/pack-writer.ts'
import { encodeManifest } from '../state/manifest-format.ts'
import { verifyStore } from './verify.ts'

const CONTENT = testBytes(1000)
const ALTERNATE = testBytes(300, 2)

test('verifyStore reads everything and reports no damage in a sound store', async () => {
  const host = await createTestHost({ content: CONTENT })
  await host.lock('L')
  const streams = [signatureOf([ALTERNATE], { streamId: 'Alternate' })]
  await putChunked(host, putMessage(streams, { inline: [ALTERNATE] }), { lock: 'L' })
  await host.put(zipOf({ entries: [{ name: 'a', content: CONTENT }] }), 'L')
  await host.put(new Uint8Array(0), 'L')
  const session = await openSession(host)
  await append(host, session, 0, chunkFrames([CONTENT]).subarray(0, 500))

  const report = await verifyStore(host.content)

  assert.deepEqual(report.damage, [])
  assert.deepEqual([report.documents, report.states, report.sessions], [1, 4, 1])
  assert.ok(report.bytes > 2000)
})

test('verifyStore finds a flipped byte and names file, state, stream and pack', async () => {
  const host = await createTestHost({ content: CONTENT })
  await host.lock('L')
  const streams = [signatureOf([ALTERNATE], { streamId: 'Alternate' })]
  await putChunked(host, putMessage(streams, { inline: [ALTERNATE] }), { lock: 'L' })
  const pack = (await packs(host))[1] as string
  await damage(host, pack, (bytes) => {
    bytes[100] = (bytes[100] as number) ^ 1
    return bytes
  })

  const { damage: found } = await verifyStore(host.content)

  assert.equal(found.length, 1)
  const { problem, ...where } = found[0] as (typeof found)[number]
  assert.deepEqual(where, {
    fileId: host.fileId,
    sequenceNumber: 2,
    current: true,
    streamId: 'Alternate',
    pack,
  })
  assert.match(problem, /is damaged/)
})

test('verifyStore finds a missing pack in every state that names it', async () => {
  const host = await createTestHost({ content: CONTENT })
  await host.lock('L')
  const streams = [signatureOf([ALTERNATE], { streamId: 'Alternate' })]
  await putChunked(host, putMessage(streams, { inline: [ALTERNATE] }), { lock: 'L' })
  await host.content.blobs.delete((await packs(host))[0] as string)

  const { damage: found } = await verifyStore(host.content)

  assert.deepEqual(
    found.map(({ sequenceNumber, current, streamId }) => [sequenceNumber, current, streamId]),
    [
      [2, true, 'MainContent'],
      [1, false, 'MainContent'],
    ],
  )
  assert.match(found[0]?.problem ?? '', /could not be read: There is no blob/)
})

test('verifyStore finds a truncated pack', async () => {
  const host = await createTestHost({ content: CONTENT })
  await damage(host, (await packs(host))[0] as string, (bytes) => bytes.subarray(0, 999))

  const { damage: found } = await verifyStore(host.content)

  assert.equal(found[0]?.streamId, 'MainContent')
})

test('verifyStore finds a damaged manifest and goes on with the next document', async () => {
  const host = await createTestHost({ content: CONTENT })
  const { metadata } = host.content
  await metadata.createDocument({
    fileId: 'a-damaged-one',
    key: 'aa00',
    name: 'b.docx',
    ownerId: 'b',
    manifestId: 'm',
    manifest: new Uint8Array([1, 200, 1]),
    size: 0,
    userId: 'b',
    newPacks: [],
  })

  const report = await verifyStore(host.content)

  assert.equal(report.documents, 2)
  assert.equal(report.damage.length, 1)
  assert.equal(report.damage[0]?.fileId, 'a-damaged-one')
  assert.match(report.damage[0]?.problem ?? '', /manifest cannot be decoded/)
})

test('verifyStore finds a stream whose extents are shorter than its size', async () => {
  const host = await createTestHost()
  const { pack } = await writePack(host.content, 'aa00', once(CONTENT))
  const stream = {
    updatedAt: 0,
    ...signatureOf([CONTENT]),
    size: 1000,
    alternatives: [],
    awaitsChunking: false,
    extents: [{ source: pack, offset: 0, length: 999 }],
  }
  await host.content.metadata.createDocument({
    fileId: 'short',
    key: 'aa00',
    name: 'b.docx',
    ownerId: 'b',
    manifestId: 'm',
    manifest: encodeManifest({ streams: [packStream(stream)], properties: [] }),
    size: 1000,
    userId: 'b',
    newPacks: [pack],
  })

  const { damage: found } = await verifyStore(host.content)

  assert.match(found[0]?.problem ?? '', /has 999 bytes in packs, not 1000/)
})

test('verifyStore finds a damaged upload session', async () => {
  for (const harm of [flipLast, (bytes: Uint8Array) => bytes.subarray(0, 50)]) {
    const host = await createTestHost()
    const session = await openSession(host)
    await append(host, session, 0, chunkFrames([CONTENT]))
    await damage(host, (await packs(host))[0] as string, harm)

    const { damage: found } = await verifyStore(host.content)

    const { sessions } = await host.content.metadata.listSessions({ limit: 1 })
    assert.equal(found.length, 1)
    assert.equal(found[0]?.sessionId, sessions[0]?.id)
    assert.equal(found[0]?.fileId, host.fileId)
  }
})

test('verifyStore reports no damage for what a sweep removes meanwhile', async () => {
  const host = await createTestHost({ content: CONTENT })
  await host.lock('L')
  await host.put(ALTERNATE, 'L')
  const old = (await packs(host))[0] as string
  const { key } = await documentOf(host)
  const { blobs, metadata, opener } = host.content
  host.content.opener = {
    ...opener,
    async open(source, options) {
      await pruneHistory(metadata, key)
      await blobs.delete(old)
      return opener.open(source, options)
    },
  }

  const { damage: found } = await verifyStore(host.content)

  assert.deepEqual(found, [])
})

test('verifyStore reads bytes that several states share once', async () => {
  const host = await createTestHost({ content: CONTENT })
  await host.lock('L')
  for (let i = 0; i < 5; i++)
    await putChunked(host, putMessage([signatureOf([], { streamId: 'x' })]), { lock: 'L' })

  const report = await verifyStore(host.content)

  assert.deepEqual([report.states, report.bytes], [6, CONTENT.length])
})

test('verifyStore reports its progress and stops when aborted', async () => {
  const host = await createTestHost({ content: CONTENT, name: 'a.docx' })
  const seen: unknown[] = []

  await verifyStore(host.content, { onDocument: (progress) => seen.push(progress) })

  assert.deepEqual(seen, [{ fileId: host.fileId, name: 'a.docx', index: 0 }])
  await assert.rejects(
    verifyStore(host.content, { signal: AbortSignal.abort(new Error('enough')) }),
    /enough/,
  )
})

async function packs(host: TestHost): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of host.content.blobs.list('')) keys.push(key)
  return keys
}

async function damage(
  host: TestHost,
  key: string,
  change: (bytes: Uint8Array) => Uint8Array,
): Promise<void> {
  const { blobs } = host.content
  const parts: Uint8Array[] = []
  for await (const part of await blobs.open(key)) parts.push(part)
  await blobs.delete(key)
  await blobs.put(key, once(change(new Uint8Array(Buffer.concat(parts)))))
}

function flipLast(bytes: Uint8Array): Uint8Array {
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1
  return bytes
}
