import assert from 'node:assert/strict'
import test from 'node:test'
import { addDocument } from '../../../test/helpers/add-document.ts'
import {
  chunkFrames,
  concat,
  createTestHost,
  once,
  type TestHost,
  testBytes,
} from '../../../test/helpers/test-host.ts'
import {
  append,
  assembleStream,
  assertRefused,
  documentOf,
  getChunkedFile,
  messageBody,
  openSession,
  putChunked,
  putMessage,
  sequenceNumberOf,
  signatureOf,
} from '../../../test/helpers/wopi-story.ts'
import { zipOf } from '../../../test/helpers/zip-writer.ts'
import { END_FRAME, encodeFrameHeader, encodeMessage } from '../../protocol/frames/encoder.ts'
import type { ContentProperty } from '../../protocol/messages.ts'
import { chunkIdOf } from '../../protocol/spooky/spooky.ts'

const LOCK = { lock: 'L' }
const DAY = 24 * 60 * 60 * 1000
const A = testBytes(300, 1)
const B = testBytes(500, 2)
const C = testBytes(70, 3)

test('PutChunkedFile stores the chunks in the order of the signature, whatever order they come in', async () => {
  const host = await lockedHost()

  const reply = await putChunked(
    host,
    putMessage([signatureOf([A, B, A])], { inline: [B, A] }),
    LOCK,
  )

  assert.equal(reply.status, 200)
  assert.deepEqual(await host.get(), concat([A, B, A]))
})

test('PutChunkedFile without a lock saves where the application has no locks', async () => {
  const features = { properties: () => ({ SupportsLocks: false }) }
  const host = await createTestHost({ content: A, features })
  const withLocks = await createTestHost({ content: A, features: {} })
  const put = putMessage([signatureOf([B])], { inline: [B] })

  assertRefused(await putChunked(withLocks, put), 409)
  assert.equal((await putChunked(host, put)).status, 200)
  assert.deepEqual(await host.get(), B)
})

test('PutChunkedFile keeps what the client says of the save', async () => {
  const host = await lockedHost()
  const headers = { 'X-COOL-WOPI-IsAutosave': 'true' }

  await putChunked(host, putMessage([signatureOf([A])], { inline: [A] }), { ...LOCK, headers })

  const { key } = await documentOf(host)
  const [state] = await host.content.metadata.listManifests(key)
  assert.deepEqual(state?.cause, { isAutosave: true })
})

test('PutChunkedFile answers with the new number and version, and without a body', async () => {
  const host = await lockedHost()
  const before = await sequenceNumberOf(host)

  const reply = await putChunked(host, putMessage([signatureOf([A])], { inline: [A] }), LOCK)
  const info = await host.send(undefined)

  const number = Number(reply.headers.get('X-WOPI-SequenceNumber'))
  assert.ok(number > before)
  assert.equal(number, await sequenceNumberOf(host))
  assert.equal(reply.headers.get('X-WOPI-ItemVersion'), JSON.parse(info.text).Version)
  assert.equal(reply.body.length, 0)
  assert.equal(reply.headers.get('X-WOPI-Lock'), null)
  assert.equal(reply.headers.get('X-WOPI-ConflictingMechanism'), null)
})

test('PutChunkedFile takes chunks that the file has from the file', async () => {
  const host = await lockedHost()
  await putChunked(host, putMessage([signatureOf([A, B])], { inline: [A, B] }), LOCK)

  const reply = await putChunked(host, putMessage([signatureOf([B, C, A])], { inline: [C] }), LOCK)

  assert.equal(reply.status, 200)
  assert.deepEqual(await host.get(), concat([B, C, A]))
})

test('PutChunkedFile takes chunks from any stream of the file', async () => {
  const host = await lockedHost()
  const alternate = signatureOf([B], { streamId: 'Alternate' })
  await putChunked(host, putMessage([signatureOf([A]), alternate], { inline: [A, B] }), LOCK)

  const reply = await putChunked(host, putMessage([signatureOf([B, A])]), LOCK)

  assert.equal(reply.status, 200)
  assert.deepEqual(await host.get(), concat([B, A]))
})

test('PutChunkedFile finds the whole of a zip under the id of its one chunk', async () => {
  const zip = zipOf({ entries: [{ name: 'a.xml', content: testBytes(400) }] })
  const host = await createTestHost({ content: zip })
  await host.lock('L')

  const reply = await putChunked(host, putMessage([signatureOf([zip, C])], { inline: [C] }), LOCK)

  assert.equal(reply.status, 200)
  assert.deepEqual(await host.get(), concat([zip, C]))
})

test('PutChunkedFile makes a new state even of the same signature', async () => {
  const host = await lockedHost()
  const body = putMessage([signatureOf([A])], { inline: [A] })
  await putChunked(host, body, LOCK)
  const before = await sequenceNumberOf(host)

  const reply = await putChunked(host, body, LOCK)

  assert.equal(reply.headers.get('X-WOPI-SequenceNumber'), String(before + 1))
})

test('PutChunkedFile of an alternate stream alone carries the main content forward', async () => {
  const host = await lockedHost()
  await putChunked(host, putMessage([signatureOf([A])], { inline: [A] }), LOCK)

  const reply = await putChunked(
    host,
    putMessage([signatureOf([B], { streamId: 'Alternate' })], { inline: [B] }),
    LOCK,
  )

  const file = await getChunkedFile(host, [{}, { streamId: 'Alternate' }])
  assert.equal(reply.status, 200)
  assert.deepEqual(assembleStream(file), A)
  assert.deepEqual(assembleStream(file, 'Alternate'), B)
})

test('PutChunkedFile deletes an alternate stream whose signature has no chunks', async () => {
  const host = await lockedHost()
  const alternate = { streamId: 'Alternate' }
  await putChunked(host, putMessage([signatureOf([B], alternate)], { inline: [B] }), LOCK)

  const reply = await putChunked(host, putMessage([signatureOf([], alternate)]), LOCK)
  const again = await putChunked(host, putMessage([signatureOf([], alternate)]), LOCK)

  const { message } = await getChunkedFile(host, [alternate])
  assert.deepEqual([reply.status, again.status], [200, 200])
  assert.deepEqual(message.signatures, [{ streamId: 'Alternate', scheme: 'Zip', chunks: [] }])
})

test('PutChunkedFile empties the main content whose signature has no chunks', async () => {
  const host = await lockedHost()
  await putChunked(host, putMessage([signatureOf([A])], { inline: [A] }), LOCK)

  const reply = await putChunked(host, putMessage([signatureOf([])]), LOCK)

  assert.equal(reply.status, 200)
  assert.equal((await host.get()).length, 0)
  assert.equal((await documentOf(host)).size, 0)
})

test('PutChunkedFile knows the empty chunk without a frame for it', async () => {
  const host = await lockedHost()
  const empty = new Uint8Array(0)

  const reply = await putChunked(
    host,
    putMessage([signatureOf([A, empty, B])], { inline: [A, B] }),
    LOCK,
  )

  assert.equal(reply.status, 200)
  assert.deepEqual(await host.get(), concat([A, B]))
})

test('PutChunkedFile serves the signature that was declared, whatever the bytes are', async () => {
  const host = await lockedHost()

  await putChunked(host, putMessage([signatureOf([A, B])], { inline: [A, B] }), LOCK)

  const { message } = await getChunkedFile(host)
  assert.deepEqual(message.signatures, [signatureOf([A, B])])
})

test('PutChunkedFile chunks a zip that was declared as one chunk', async () => {
  const host = await lockedHost()
  const zip = zipOf({
    entries: [
      { name: 'a.xml', content: A },
      { name: 'b.xml', content: B },
    ],
  })

  await putChunked(host, putMessage([signatureOf([zip])], { inline: [zip] }), LOCK)

  const file = await getChunkedFile(host)
  assert.equal(file.message.signatures[0]?.scheme, 'Zip')
  assert.equal(file.message.signatures[0]?.chunks.length, 5)
  assert.deepEqual(assembleStream(file), zip)
})

test('PutChunkedFile ignores frames that no signature names, and bytes after the EndFrame', async () => {
  const host = await lockedHost()
  const body = concat([putMessage([signatureOf([A])], { inline: [C, A] }), testBytes(9)])

  const reply = await putChunked(host, body, LOCK)

  assert.equal(reply.status, 200)
  assert.deepEqual(await host.get(), A)
})

test('PutChunkedFile sets the properties it names and keeps all others', async () => {
  const host = await lockedHost()
  const first = [property('one', '1'), property('two', '2', 'KeepOnContentChange')]
  await putChunked(host, putMessage([signatureOf([])], { properties: first }), LOCK)

  const changed = [property('one', 'new')]
  await putChunked(host, putMessage([signatureOf([])], { properties: changed }), LOCK)

  const { message } = await getChunkedFile(host, [{}], ['one', 'two'])
  assert.deepEqual(
    new Set(message.contentProperties),
    new Set([property('two', '2', 'KeepOnContentChange'), property('one', 'new')]),
  )
})

test('PutChunkedFile does not prolong what it only carries forward', async () => {
  const host = await lockedHost()
  const alternate = signatureOf([B], { streamId: 'Alternate' })
  const properties = [property('one', '1')]
  await putChunked(host, putMessage([alternate], { inline: [B], properties }), LOCK)
  host.advance(29 * DAY)
  await host.lock('L')
  await putChunked(host, putMessage([signatureOf([A])], { inline: [A] }), LOCK)

  host.advance(DAY - 1)
  const before = await getChunkedFile(host, [{ streamId: 'Alternate' }], ['one'])
  host.advance(1)
  const after = await getChunkedFile(host, [{ streamId: 'Alternate' }], ['one'])

  assert.equal(before.message.signatures[0]?.chunks.length, 1)
  assert.equal(before.message.contentProperties.length, 1)
  assert.equal(after.message.signatures[0]?.chunks.length, 0)
  assert.equal(after.message.contentProperties.length, 0)
})

test('PutChunkedFile reads a body split at any point', async () => {
  const host = await lockedHost()
  const body = putMessage([signatureOf([A, B])], { inline: [A, B] })
  async function* bytewise() {
    for (let i = 0; i < body.length; i++) yield body.subarray(i, i + 1)
  }

  const reply = await putChunked(host, bytewise(), LOCK)

  assert.equal(reply.status, 200)
  assert.deepEqual(await host.get(), concat([A, B]))
})

test('PutChunkedFile with a chunk that neither side has is 400', async () => {
  const host = await lockedHost()

  const reply = await putChunked(host, putMessage([signatureOf([A, B])], { inline: [A] }), LOCK)

  assertRefused(reply, 400)
  assert.match(reply.headers.get('X-WOPI-FailureReason') ?? '', new RegExp(`^Chunk ${escaped(B)}`))
  await assertUnchanged(host)
})

test('PutChunkedFile never reaches the bytes of another document by their ChunkId', async () => {
  const host = await lockedHost()
  const secret = testBytes(400, 9)
  await addDocument(host.content, { name: 'b.docx', ownerId: 'b', content: once(secret) })

  const reply = await putChunked(host, putMessage([signatureOf([secret])]), LOCK)

  assertRefused(reply, 400)
  await assertUnchanged(host)
})

test('PutChunkedFile never takes a chunk from a session that it does not commit', async () => {
  const host = await lockedHost()
  const session = await openSession(host)
  await append(host, session, 0, chunkFrames([A]))

  assertRefused(await putChunked(host, putMessage([signatureOf([A])]), LOCK), 400)
})

test('PutChunkedFile takes no chunk from an alternate stream that has expired', async () => {
  const host = await lockedHost()
  const alternate = signatureOf([B], { streamId: 'Alternate' })
  await putChunked(host, putMessage([alternate], { inline: [B] }), LOCK)
  host.advance(30 * DAY)
  await host.lock('L')

  assertRefused(await putChunked(host, putMessage([signatureOf([B])]), LOCK), 400)
})

test('PutChunkedFile with a length that is not the chunk’s is 400', async () => {
  const host = await lockedHost()
  const lying = signatureOf([A])
  const [chunk] = lying.chunks
  assert.ok(chunk)
  chunk.length++

  const reply = await putChunked(host, putMessage([lying], { inline: [A] }), LOCK)

  assertRefused(reply, 400)
  await assertUnchanged(host)
})

test('PutChunkedFile with a frame that does not hash to its ChunkId is 400', async () => {
  const host = await lockedHost()
  const body = putMessage([signatureOf([A])], { inline: [A] })
  const flipped = body.slice()
  flipped[flipped.length - 20] = (flipped[flipped.length - 20] as number) ^ 1

  const reply = await putChunked(host, flipped, LOCK)

  assertRefused(reply, 400)
  await assertUnchanged(host)
})

const MESSAGE = encodeMessage(
  new TextEncoder().encode(
    JSON.stringify({
      Signatures: [{ StreamId: 'MainContent', ChunkingScheme: 'FullFile', ChunkSignatures: [] }],
    }),
  ),
)
const RANGE = encodeFrameHeader({
  type: 'ChunkRange',
  chunkId: chunkIdOf(new Uint8Array(0)),
  payloadSize: 0,
  offset: 0,
  length: 0,
  endOfChunk: true,
})

const UNREADABLE: Record<string, Uint8Array> = {
  'nothing in it': new Uint8Array(0),
  'bare JSON': new TextEncoder().encode('{"Signatures":[]}'),
  'half a header': MESSAGE.subarray(0, 9),
  'half a message': MESSAGE.subarray(0, 40),
  'no EndFrame': MESSAGE,
  'a chunk before the message': concat([chunkFrames([A]), MESSAGE, END_FRAME]),
  'a second message': concat([MESSAGE, MESSAGE, END_FRAME]),
  'a ChunkRange': concat([MESSAGE, RANGE, END_FRAME]),
  'a truncated chunk': concat([MESSAGE, chunkFrames([A]).subarray(0, 100)]),
  'a frame of an unknown type': concat([MESSAGE, new Uint8Array(16).fill(9), END_FRAME]),
  'a message that is no JSON': messageBody('{'),
  'a message without signatures': messageBody('{"Signatures":[]}'),
  'one stream twice': putMessage([signatureOf([]), signatureOf([])]),
}

for (const [what, body] of Object.entries(UNREADABLE))
  test(`PutChunkedFile with ${what} is 400 and changes nothing`, async () => {
    const host = await lockedHost()

    const reply = await putChunked(host, body, LOCK)

    assertRefused(reply, 400)
    await assertUnchanged(host)
  })

test('PutChunkedFile with an invalid ChunkId in its signature is 400', async () => {
  const host = await lockedHost()
  const json = {
    Signatures: [
      {
        StreamId: 'MainContent',
        ChunkingScheme: 'FullFile',
        ChunkSignatures: [{ ChunkId: '--QQQbM2oyjAXOFHEnVJ7Q==', Length: 1 }],
      },
    ],
  }

  assertRefused(await putChunked(host, messageBody(JSON.stringify(json)), LOCK), 400)
})

test('PutChunkedFile takes null, empty and missing session tokens for none', async () => {
  const host = await lockedHost()
  const signature = { StreamId: 'MainContent', ChunkingScheme: 'FullFile', ChunkSignatures: [] }
  const tokens = [{}, { UploadSessionTokenToCommit: null }, { UploadSessionTokenToCommit: '' }]

  for (const token of tokens) {
    const json = JSON.stringify({ ContentProperties: [], Signatures: [signature], ...token })
    assert.equal((await putChunked(host, messageBody(json), LOCK)).status, 200)
  }
})

test('PutChunkedFile of more alternate streams than 256 is 400', async () => {
  const host = await lockedHost()
  const empty = new Uint8Array(0)
  const many = Array.from({ length: 256 }, (_, i) => signatureOf([empty], { streamId: `s${i}` }))
  assert.equal((await putChunked(host, putMessage(many), LOCK)).status, 200)

  const oneMore = putMessage([signatureOf([empty], { streamId: 'one more' })])
  const again = putMessage([signatureOf([A], { streamId: 's0' })], { inline: [A] })

  assertRefused(await putChunked(host, oneMore, LOCK), 400)
  assert.equal((await putChunked(host, again, LOCK)).status, 200)
})

test('PutChunkedFile of more unexpired properties than 256 is 400', async () => {
  const host = await lockedHost()
  const many = Array.from({ length: 256 }, (_, i) => property(`p${i}`, ''))
  await putChunked(host, putMessage([signatureOf([])], { properties: many }), LOCK)
  const oneMore = putMessage([signatureOf([])], { properties: [property('one more', '')] })

  assertRefused(await putChunked(host, oneMore, LOCK), 400)
  host.advance(30 * DAY)
  await host.lock('L')
  assert.equal((await putChunked(host, oneMore, LOCK)).status, 200)
})

test('PutChunkedFile of more than the host allows is 413, with and without Content-Length', async () => {
  const host = await createTestHost({ limits: { maxFileBytes: 600 } })
  await host.lock('L')
  const body = putMessage([signatureOf([A, B])], { inline: [A, B] })

  const known = await putChunked(host, body, LOCK)
  const unknown = await putChunked(host, body, { ...LOCK, chunked: true })

  assertRefused(known, 413)
  assertRefused(unknown, 413)
  await assertUnchanged(host)
})

test('PutChunkedFile is 413 when all streams together are too large', async () => {
  const host = await createTestHost({ limits: { maxFileBytes: 700 } })
  await host.lock('L')
  await putChunked(host, putMessage([signatureOf([A])], { inline: [A] }), LOCK)

  const reply = await putChunked(
    host,
    putMessage([signatureOf([A, A], { streamId: 'Alternate' })]),
    LOCK,
  )

  assertRefused(reply, 413)
})

test('PutChunkedFile whose client goes away in the middle changes nothing', async () => {
  const host = await lockedHost()
  const gone = new AbortController()
  const body = putMessage([signatureOf([A])], { inline: [A] })
  async function* broken() {
    yield body.subarray(0, body.length - 40)
    gone.abort()
    throw new Error('ECONNRESET')
  }

  const reply = await putChunked(host, broken(), { ...LOCK, signal: gone.signal })

  assertRefused(reply, 400)
  await assertUnchanged(host)
})

test('PutChunkedFile names editors without proof keys: 400', async () => {
  const host = await lockedHost()
  const body = putMessage([signatureOf([A])], { inline: [A] })

  const named = await putChunked(host, body, { ...LOCK, headers: { 'X-WOPI-Editors': 'a,b' } })
  const empty = await putChunked(host, body, { ...LOCK, headers: { 'X-WOPI-Editors': '' } })

  assertRefused(named, 400)
  assert.equal(empty.status, 200)
})

test('PutChunkedFile without a valid token is 401, without the right to write 404', async () => {
  const host = await lockedHost()
  const body = putMessage([signatureOf([A])], { inline: [A] })

  assertRefused(await putChunked(host, body, { ...LOCK, token: 'alice:forged' }), 401)
  assertRefused(await putChunked(host, body, { ...LOCK, token: undefined }), 401)
  assertRefused(await putChunked(host, body, { ...LOCK, token: 'alice:read' }), 404)
  await assertUnchanged(host)
})

test('PutChunkedFile is answered at /contents only', async () => {
  const host = await lockedHost()
  const body = putMessage([signatureOf([A])], { inline: [A] })

  const headers = { 'X-WOPI-SequenceNumber': '1', 'X-WOPI-Lock': 'L' }
  assertRefused(await host.send('PUT_CHUNKED_FILE', { headers, body }), 501)
})

async function lockedHost(): Promise<TestHost> {
  const host = await createTestHost()
  await host.lock('L')
  return host
}

/** The document still is as `lockedHost` made it. */
async function assertUnchanged(host: TestHost): Promise<void> {
  assert.equal(await sequenceNumberOf(host), 1)
  assert.equal((await host.get()).length, 0)
}

function property(
  name: string,
  value: string,
  retention: ContentProperty['retention'] = 'DeleteOnContentChange',
): ContentProperty {
  return { name, value, retention }
}

function escaped(bytes: Uint8Array): string {
  return chunkIdOf(bytes).replace(/[+/]/g, '\\$&')
}
