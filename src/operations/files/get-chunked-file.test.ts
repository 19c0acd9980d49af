import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { anyZip } from '../../../test/helpers/arbitrary-zip.ts'
import {
  concat,
  createTestHost,
  type TestHost,
  testBytes,
} from '../../../test/helpers/test-host.ts'
import { watchBlobs } from '../../../test/helpers/watched-stores.ts'
import {
  assembleStream,
  assertRefused,
  type ChunkedFile,
  getChunkedFile,
  messageBody,
  putChunked,
  putMessage,
  signatureOf,
  takeCoauthLock,
} from '../../../test/helpers/wopi-story.ts'
import { zipOf } from '../../../test/helpers/zip-writer.ts'
import { createOpener } from '../../content/packs/opener.ts'
import { EMPTY_CHUNK_ID } from '../../protocol/chunking/chunk-id.ts'
import { END_FRAME, encodeMessage } from '../../protocol/frames/encoder.ts'
import { chunkIdOf } from '../../protocol/spooky/spooky.ts'

const PLAIN = testBytes(1000)
const ZIP = zipOf({
  entries: [
    { name: 'a.xml', content: testBytes(400, 2) },
    { name: 'b.xml', content: testBytes(700, 3), deflate: true },
  ],
})
const DAY = 24 * 60 * 60 * 1000
const ALTERNATE = { streamId: 'Alternate' }

test('GetChunkedFile of content that is no zip sends it as one FullFile chunk', async () => {
  const host = await createTestHost({ content: PLAIN })

  const file = await getChunkedFile(host)

  assert.deepEqual(file.message.signatures, [signatureOf([PLAIN])])
  assert.deepEqual(assembleStream(file), PLAIN)
})

test('GetChunkedFile of a zip sends headers, payloads and directory as chunks', async () => {
  const host = await createTestHost({ content: ZIP, name: 'zip.wopitest' })

  const file = await getChunkedFile(host)

  assert.equal(file.message.signatures[0]?.scheme, 'Zip')
  assert.equal(file.message.signatures[0]?.chunks.length, 5)
  assert.deepEqual(assembleStream(file), ZIP)
})

test('GetChunkedFile gives back every file, whatever it holds', async () => {
  const anyFile = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    anyZip.map(({ bytes }) => bytes),
  )

  await fc.assert(
    fc.asyncProperty(anyFile, async (content) => {
      const host = await createTestHost({ content })

      const file = await getChunkedFile(host)

      assert.deepEqual(assembleStream(file), content)
      for (const { frame, payload } of file.chunks)
        assert.equal(frame.type === 'Chunk' && frame.chunkId, chunkIdOf(payload))
    }),
    { numRuns: 100 },
  )
})

test('GetChunkedFile names number and version of the state that it sends', async () => {
  const host = await createTestHost({ content: PLAIN })

  const { reply } = await getChunkedFile(host)
  const info = JSON.parse((await host.send(undefined)).text)

  assert.equal(reply.headers.get('X-WOPI-SequenceNumber'), '1')
  assert.equal(reply.headers.get('X-WOPI-ItemVersion'), info.Version)
  assert.equal(reply.headers.get('Content-Type'), 'application/octet-stream')
})

test('GetChunkedFile tells the length of its body beforehand', async () => {
  const host = await createTestHost({ content: ZIP })
  const body = messageBody('{"ContentFilters":[{"StreamId":"MainContent"}]}')
  const headers = new Headers({ 'X-WOPI-Override': 'GET_CHUNKED_FILE' })

  const reply = await host.handler({
    method: 'POST',
    target: `/wopi/files/${host.fileId}?access_token=alice:read`,
    header: (name) => headers.get(name) ?? undefined,
    contentLength: body.length,
    body: (async function* () {
      yield body
    })(),
    signal: new AbortController().signal,
  })
  let sent = 0
  assert.ok(reply.body && !(reply.body instanceof Uint8Array))
  for await (const bytes of reply.body) sent += bytes.length

  assert.equal(sent, reply.contentLength)
})

test('GetChunkedFile goes by the bytes, not by the scheme that the client expects', async () => {
  const plain = await createTestHost({ content: PLAIN })
  const zip = await createTestHost({ content: ZIP })

  const [asZip, asFullFile] = [
    await getChunkedFile(plain, [{ chunkingScheme: 'Zip' }]),
    await getChunkedFile(zip, [{ chunkingScheme: 'FullFile' }]),
  ]

  assert.equal(asZip.message.signatures[0]?.scheme, 'FullFile')
  assert.equal(asFullFile.message.signatures[0]?.scheme, 'Zip')
})

test('GetChunkedFile sends the full signature whatever the filters say', async () => {
  const host = await createTestHost({ content: ZIP })
  const all = await getChunkedFile(host)
  const known = idsOf(all)

  for (const filter of [
    { chunksToReturn: 'None' as const },
    { chunksToReturn: 'LastZipChunk' as const },
    { alreadyKnownChunks: known },
  ]) {
    const { message } = await getChunkedFile(host, [filter])
    assert.deepEqual(message.signatures, all.message.signatures)
  }
})

test('GetChunkedFile with None sends no chunks', async () => {
  const host = await createTestHost({ content: ZIP })

  assert.deepEqual((await getChunkedFile(host, [{ chunksToReturn: 'None' }])).chunks, [])
})

test('GetChunkedFile with LastZipChunk sends the central directory', async () => {
  const host = await createTestHost({ content: ZIP })

  const file = await getChunkedFile(host, [{ chunksToReturn: 'LastZipChunk' }])

  const last = file.message.signatures[0]?.chunks.at(-1)
  assert.deepEqual(idsSent(file), [last?.id])
})

test('GetChunkedFile with LastZipChunk sends nothing of content that is no zip', async () => {
  const host = await createTestHost({ content: PLAIN })

  assert.deepEqual((await getChunkedFile(host, [{ chunksToReturn: 'LastZipChunk' }])).chunks, [])
})

test('GetChunkedFile with LastZipChunk does not send one that is known', async () => {
  const host = await createTestHost({ content: ZIP })
  const last = idsOf(await getChunkedFile(host)).slice(-1)

  const file = await getChunkedFile(host, [
    { chunksToReturn: 'LastZipChunk', alreadyKnownChunks: last },
  ])

  assert.deepEqual(file.chunks, [])
})

test('GetChunkedFile leaves out the chunks that the client knows', async () => {
  const host = await createTestHost({ content: ZIP })
  const [first, second, ...others] = idsOf(await getChunkedFile(host))

  const file = await getChunkedFile(host, [
    { alreadyKnownChunks: [String(first), String(second), chunkIdOf(testBytes(9))] },
  ])

  assert.deepEqual(idsSent(file), others)
})

test('GetChunkedFile without ChunksToReturn sends all, and ignores members it does not know', async () => {
  const host = await createTestHost({ content: PLAIN })
  const body = messageBody('{"Future":1,"ContentFilters":[{"StreamId":"MainContent","X":2}]}')

  const reply = await host.send('GET_CHUNKED_FILE', { body })

  assert.equal(reply.status, 200)
  assert.ok(Buffer.from(reply.body).includes(Buffer.from(PLAIN)))
})

test('GetChunkedFile sends a chunk that occurs several times once', async () => {
  const host = await lockedHost()
  const [a, b] = [testBytes(100, 4), testBytes(90, 5)]
  const streams = [signatureOf([a, b, a]), signatureOf([a, b], ALTERNATE)]
  await putChunked(host, putMessage(streams, { inline: [a, b] }), { lock: 'L' })

  const file = await getChunkedFile(host, [{}, ALTERNATE])

  assert.deepEqual(idsSent(file).toSorted(), [chunkIdOf(a), chunkIdOf(b)].toSorted())
  assert.deepEqual(assembleStream(file), concat([a, b, a]))
  assert.deepEqual(assembleStream(file, 'Alternate'), concat([a, b]))
})

test('GetChunkedFile sends a chunk that one stream knows and another does not', async () => {
  const host = await lockedHost()
  const a = testBytes(100, 4)
  await putChunked(
    host,
    putMessage([signatureOf([a]), signatureOf([a], ALTERNATE)], { inline: [a] }),
    { lock: 'L' },
  )

  const file = await getChunkedFile(host, [{ alreadyKnownChunks: [chunkIdOf(a)] }, ALTERNATE])

  assert.deepEqual(idsSent(file), [chunkIdOf(a)])
})

test('GetChunkedFile answers for the streams that were asked for only, in their order', async () => {
  const host = await lockedHost()
  await putChunked(
    host,
    putMessage([signatureOf([PLAIN], ALTERNATE), signatureOf([PLAIN], { streamId: 'Other' })], {
      inline: [PLAIN],
    }),
    { lock: 'L' },
  )

  const { message } = await getChunkedFile(host, [{ streamId: 'Other' }, {}])

  assert.deepEqual(
    message.signatures.map(({ streamId }) => streamId),
    ['Other', 'MainContent'],
  )
})

test('GetChunkedFile of a stream that does not exist answers Zip and no chunks', async () => {
  const host = await createTestHost({ content: PLAIN })

  const { message, chunks } = await getChunkedFile(host, [
    { streamId: 'Nowhere', chunkingScheme: 'FullFile' },
  ])

  assert.deepEqual(message.signatures, [{ streamId: 'Nowhere', scheme: 'Zip', chunks: [] }])
  assert.deepEqual(chunks, [])
})

test('GetChunkedFile of an alternate stream that expired this very ms answers no chunks', async () => {
  const host = await lockedHost()
  const body = putMessage([signatureOf([PLAIN], ALTERNATE)], { inline: [PLAIN] })
  await putChunked(host, body, { lock: 'L' })
  host.advance(30 * DAY - 1)
  const before = await getChunkedFile(host, [ALTERNATE])
  host.advance(1)

  const after = await getChunkedFile(host, [ALTERNATE])

  assert.equal(before.message.signatures[0]?.chunks.length, 1)
  assert.deepEqual(after.message.signatures, [{ ...ALTERNATE, scheme: 'Zip', chunks: [] }])
})

test('GetChunkedFile of an empty file sends the empty chunk and a frame for it', async () => {
  const host = await createTestHost()

  const { message, chunks } = await getChunkedFile(host)
  const known = await getChunkedFile(host, [{ alreadyKnownChunks: [EMPTY_CHUNK_ID] }])

  assert.deepEqual(message.signatures, [
    { streamId: 'MainContent', scheme: 'FullFile', chunks: [{ id: EMPTY_CHUNK_ID, length: 0 }] },
  ])
  assert.deepEqual(
    chunks.map(({ frame }) => frame),
    [{ type: 'Chunk', payloadSize: 0, chunkId: EMPTY_CHUNK_ID }],
  )
  assert.deepEqual(known.chunks, [])
})

test('GetChunkedFile sends the properties that were asked for and exist', async () => {
  const host = await lockedHost()
  const properties = [
    { name: 'one', value: '1', retention: 'KeepOnContentChange' as const },
    { name: 'two', value: '2', retention: 'DeleteOnContentChange' as const },
  ]
  await putChunked(host, putMessage([signatureOf([])], { properties }), { lock: 'L' })

  const some = await getChunkedFile(host, [{}], ['two', 'three'])
  const none = await getChunkedFile(host)

  assert.deepEqual(some.message.contentProperties, [properties[1]])
  assert.deepEqual(none.message.contentProperties, [])
})

test('GetChunkedFile is not stopped by locks, and needs no right to write', async () => {
  const wopi = await createTestHost({ content: PLAIN })
  const coauth = await createTestHost({ content: PLAIN })
  await wopi.lock('L')
  await takeCoauthLock(coauth, 'A', { type: 'CoauthExclusive' })
  const body = messageBody('{"ContentFilters":[{"StreamId":"MainContent"}]}')

  for (const host of [wopi, coauth])
    assert.equal((await host.send('GET_CHUNKED_FILE', { body, token: 'bob:read' })).status, 200)
})

test('GetChunkedFile with filters for one stream twice, or without any, is 400', async () => {
  const host = await createTestHost({ content: PLAIN })
  const filter = '{"StreamId":"MainContent"}'

  for (const json of [
    `{"ContentFilters":[${filter},${filter}]}`,
    '{"ContentFilters":[]}',
    '{}',
    '{"ContentFilters":[{"StreamId":"MainContent","ChunksToReturn":"Some"}]}',
    '{"ContentFilters":[{"StreamId":"MainContent","AlreadyKnownChunks":["no id"]}]}',
  ])
    assertRefused(await host.send('GET_CHUNKED_FILE', { body: messageBody(json) }), 400)
})

test('GetChunkedFile whose frames cannot be read is 400', async () => {
  const host = await createTestHost({ content: PLAIN })
  const json = new TextEncoder().encode('{"ContentFilters":[{"StreamId":"MainContent"}]}')

  for (const body of [
    new Uint8Array(0),
    json,
    encodeMessage(json),
    encodeMessage(json).subarray(0, 30),
    concat([encodeMessage(json), encodeMessage(json), END_FRAME]),
    END_FRAME,
    messageBody('not JSON'),
  ])
    assertRefused(await host.send('GET_CHUNKED_FILE', { body }), 400)
})

test('GetChunkedFile without a valid token is 401, without any right 404, of no file 404', async () => {
  const host = await createTestHost({ content: PLAIN })
  const headers = { 'X-WOPI-Override': 'GET_CHUNKED_FILE' }

  assertRefused(await host.send('GET_CHUNKED_FILE', { token: 'forged' }), 401)
  assertRefused(await host.send('GET_CHUNKED_FILE', { token: 'bob:none' }), 404)
  assertRefused(await host.request('/wopi/files/none', { method: 'POST', headers }), 404)
})

test('GetChunkedFile of content whose pack is lost is 500 before anything was sent', async () => {
  const host = await createTestHost({ content: PLAIN })
  const { blobs } = host.content
  for await (const { key } of blobs.list('')) await blobs.delete(key)

  const reply = await host.send('GET_CHUNKED_FILE', {
    body: messageBody('{"ContentFilters":[{"StreamId":"MainContent"}]}'),
  })

  assertRefused(reply, 500)
  assert.equal(host.logged.filter(({ level }) => level === 'error').length, 1)
})

test('GetChunkedFile reads a zip that lies in one pack in one go', async () => {
  const host = await createTestHost({ content: ZIP })
  const watched = watchBlobs(host.content.blobs)
  host.content.opener = createOpener(watched.blobs)

  await getChunkedFile(host)

  assert.equal(watched.opens.length, 1)
  assert.equal(watched.open, 0)
})

function idsOf({ message }: ChunkedFile, stream = 0): string[] {
  return message.signatures[stream]?.chunks.map(({ id }) => id) ?? []
}

function idsSent({ chunks }: ChunkedFile): (string | undefined)[] {
  return chunks.map(({ frame }) => (frame.type === 'Chunk' ? frame.chunkId : undefined))
}

async function lockedHost(): Promise<TestHost> {
  const host = await createTestHost()
  await host.lock('L')
  return host
}
