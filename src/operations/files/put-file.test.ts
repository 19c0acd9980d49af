import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { anyZip } from '../../../test/helpers/arbitrary-zip.ts'
import {
  chunkFrames,
  createTestHost,
  MINUTE,
  type TestHost,
  testBytes,
} from '../../../test/helpers/test-host.ts'
import {
  append,
  assembleStream,
  assertRefused,
  documentOf,
  getChunkedFile,
  openSession,
  putChunked,
  putMessage,
  sequenceNumberOf,
  signatureOf,
  takeCoauthLock,
} from '../../../test/helpers/wopi-story.ts'
import { zipOf } from '../../../test/helpers/zip-writer.ts'

const OLD = testBytes(100, 1)
const NEW = testBytes(200, 2)

test('PutFile replaces the content and answers the new version', async () => {
  const host = await lockedHost()

  const reply = await host.put(NEW, 'L')
  const info = JSON.parse((await host.send(undefined)).text)

  assert.equal(reply.status, 200)
  assert.equal(reply.headers.get('X-WOPI-ItemVersion'), info.Version)
  assert.equal(JSON.parse(reply.text).LastModifiedTime, info.LastModifiedTime)
  assert.equal(info.Size, NEW.length)
  assert.deepEqual(await host.get(), NEW)
})

test('PutFile makes a new version each time, also of the same bytes', async () => {
  const host = await lockedHost()

  const versions = [await host.put(NEW, 'L'), await host.put(NEW, 'L'), await host.put(OLD, 'L')]

  assert.equal(new Set(versions.map(({ headers }) => headers.get('X-WOPI-ItemVersion'))).size, 3)
  assert.equal(await sequenceNumberOf(host), 4)
})

test('PutFile gives every file back as it was', async () => {
  const host = await lockedHost()
  const anyFile = fc.oneof(
    fc.uint8Array({ maxLength: 2000 }),
    anyZip.map(({ bytes }) => bytes),
  )

  await fc.assert(
    fc.asyncProperty(anyFile, async (content) => {
      assert.equal((await host.put(content, 'L')).status, 200)

      assert.deepEqual(await host.get(), content)
      assert.deepEqual(assembleStream(await getChunkedFile(host)), content)
    }),
    { numRuns: 60 },
  )
})

test('PutFile of a zip with data descriptors chunks it by its directory', async () => {
  const host = await lockedHost()
  const zip = zipOf({ entries: [{ name: 'a', content: OLD, descriptor: 'signed' }] })

  await host.put(zip, 'L')

  const { message } = await getChunkedFile(host)
  assert.deepEqual(
    [message.signatures[0]?.scheme, message.signatures[0]?.chunks.length],
    ['Zip', 3],
  )
})

test('PutFile of no bytes empties the file', async () => {
  const host = await lockedHost()

  const reply = await host.put(new Uint8Array(0), 'L')

  assert.equal(reply.status, 200)
  assert.equal((await documentOf(host)).size, 0)
})

test('PutFile into an empty file needs no lock', async () => {
  const host = await createTestHost()

  assert.equal((await host.put(NEW)).status, 200)
})

test('PutFile into an unlocked file with content is 409 with an empty X-WOPI-Lock', async () => {
  const host = await createTestHost({ content: OLD })

  assertRefused(await host.put(NEW), 409, { 'X-WOPI-Lock': '' })
  assertRefused(await host.put(NEW, 'L'), 409, { 'X-WOPI-Lock': '' })
  assert.deepEqual(await host.get(), OLD)
})

for (const SupportsLocks of [false, undefined])
  test(`PutFile without a lock saves where the application says SupportsLocks: ${SupportsLocks}`, async () => {
    const features = { properties: () => ({ SupportsLocks }) }
    const host = await createTestHost({ content: OLD, features })

    assert.equal((await host.put(NEW)).status, 200)
    // ONLYOFFICE sends the id of a lock that it has not taken.
    assert.equal((await host.put(OLD, 'L')).status, 200)
    assert.deepEqual(await host.get(), OLD)
  })

test('PutFile without locks is still 409 against a lock, and for a time that is not the last', async () => {
  const features = { properties: () => ({ SupportsLocks: false }) }
  const host = await createTestHost({ content: OLD, features })
  const headers = { 'X-COOL-WOPI-Timestamp': '2001-01-01T00:00:00.0000000Z' }

  const stale = await host.send('PUT', { contents: true, body: NEW, headers })
  await host.lock('L')
  const locked = await host.put(NEW)

  assert.equal(stale.status, 409)
  assert.equal(JSON.parse(stale.text).COOLStatusCode, 1010)
  assertRefused(locked, 409, { 'X-WOPI-Lock': 'L' })
  assert.deepEqual(await host.get(), OLD)
})

test('PutFile takes the last save of a client that has unlocked, if nobody has saved since', async () => {
  const host = await createTestHost({ content: OLD })
  const { LastModifiedTime } = JSON.parse((await host.send(undefined)).text)
  const putLast = (said: Record<string, string>) => {
    const headers = { 'X-WOPI-Lock': 'L', 'X-COOL-WOPI-IsExitSave': 'true', ...said }
    return host.send('PUT', { contents: true, body: NEW, headers })
  }
  const time = { 'X-COOL-WOPI-Timestamp': LastModifiedTime }

  assertRefused(await putLast({}), 409, { 'X-WOPI-Lock': '' })
  assertRefused(await putLast({ ...time, 'X-COOL-WOPI-IsExitSave': 'false' }), 409)
  assert.equal((await putLast(time)).status, 200)
  assert.equal((await putLast(time)).status, 409)
  await host.lock('other')
  assertRefused(await putLast(time), 409, { 'X-WOPI-Lock': 'other' })
  assert.deepEqual(await host.get(), NEW)
})

test('PutFile gives each save a time of its own, though the clock stands still', async () => {
  const host = await createTestHost()
  await host.lock('L')

  const times: string[] = []
  for (let save = 0; save < 20; save++) {
    const saved = await host.put(NEW, 'L')
    times.push(JSON.parse(saved.text).LastModifiedTime)
    const info = JSON.parse((await host.send(undefined)).text)
    assert.equal(info.LastModifiedTime, times.at(-1))
  }

  assert.equal(new Set(times).size, times.length)
  assert.deepEqual(times.toSorted(), times)
})

test('PutFile against another’s lock is 409 and names that lock', async () => {
  const host = await lockedHost()

  assertRefused(await host.put(NEW, 'M'), 409, { 'X-WOPI-Lock': 'L' })
  assertRefused(await host.put(NEW), 409, { 'X-WOPI-Lock': 'L' })
  assert.deepEqual(await host.get(), OLD)
})

test('PutFile into a coauthored file is 409 without X-WOPI-Lock', async () => {
  const host = await createTestHost({ content: OLD })
  await takeCoauthLock(host, 'A')

  assertRefused(await host.put(NEW, 'A'), 409, { 'X-WOPI-Lock': null })
  assertRefused(await host.put(NEW), 409, { 'X-WOPI-Lock': null })
})

test('PutFile whose lock runs out while the body comes is 409 and changes nothing', async () => {
  const host = await lockedHost()
  async function* slowly() {
    yield NEW.subarray(0, 100)
    host.advance(30 * MINUTE)
    yield NEW.subarray(100)
  }

  assertRefused(await putFrom(host, slowly()), 409, { 'X-WOPI-Lock': '' })
  assert.deepEqual(await host.get(), OLD)
})

test('PutFile of more than the host allows is 413, with and without Content-Length, and changes nothing', async () => {
  const host = await createTestHost({ content: OLD, limits: { maxFileBytes: 199 } })
  await host.lock('L')
  const lock = { headers: { 'X-WOPI-Lock': 'L' } }

  const known = await host.send('PUT', { contents: true, body: NEW, ...lock })
  const unknown = await host.send('PUT', { contents: true, body: NEW, chunked: true, ...lock })

  assertRefused(known, 413)
  assertRefused(unknown, 413)
  assert.deepEqual(await host.get(), OLD)
  assert.equal(await sequenceNumberOf(host), 1)
  assert.equal((await host.put(NEW.subarray(1), 'L')).status, 200)
})

test('PutFile of too much pulls no more than it must', async () => {
  const host = await createTestHost({ content: OLD, limits: { maxFileBytes: 199 } })
  await host.lock('L')
  let pulled = 0
  async function* endless() {
    for (;;) {
      pulled++
      yield NEW.subarray(0, 100)
    }
  }

  assertRefused(await putFrom(host, endless()), 413)
  assert.equal(pulled, 2)
})

test('PutFile whose connection breaks changes nothing', async () => {
  const host = await lockedHost()
  const gone = new AbortController()
  async function* broken() {
    yield NEW.subarray(0, 100)
    gone.abort()
    throw new Error('ECONNRESET')
  }

  const reply = await host.send('PUT', {
    contents: true,
    body: broken(),
    signal: gone.signal,
    headers: { 'X-WOPI-Lock': 'L' },
  })

  assertRefused(reply, 400)
  assert.deepEqual(await host.get(), OLD)
  assert.equal(await sequenceNumberOf(host), 1)
})

test('PutFile removes alternate streams and properties of DeleteOnContentChange, and keeps the others', async () => {
  const host = await lockedHost()
  const properties = [
    { name: 'keep', value: '1', retention: 'KeepOnContentChange' as const },
    { name: 'delete', value: '2', retention: 'DeleteOnContentChange' as const },
  ]
  const alternate = signatureOf([NEW], { streamId: 'Alternate' })
  await putChunked(host, putMessage([alternate], { inline: [NEW], properties }), { lock: 'L' })

  await host.put(NEW, 'L')

  const file = await getChunkedFile(host, [{ streamId: 'Alternate' }], ['keep', 'delete'])
  assert.deepEqual(file.message.signatures, [{ streamId: 'Alternate', scheme: 'Zip', chunks: [] }])
  assert.deepEqual(file.message.contentProperties, [properties[0]])
})

test('PutFile leaves upload sessions alone: they can be committed against the new number', async () => {
  const host = await lockedHost()
  const session = await openSession(host)
  await append(host, session, 0, chunkFrames([NEW]))
  await host.put(testBytes(5), 'L')

  const reply = await putChunked(host, putMessage([signatureOf([NEW])], { session }), { lock: 'L' })

  assert.equal(reply.status, 200)
})

test('PutFile: the last of several at once wins, and each is a version of its own', async () => {
  const host = await lockedHost()
  const contents = [testBytes(10, 1), testBytes(20, 2), testBytes(30, 3)]

  const replies = await Promise.all(contents.map((bytes) => host.put(bytes, 'L')))

  const versions = replies.map(({ headers }) => headers.get('X-WOPI-ItemVersion'))
  const last = versions.indexOf('4')
  assert.deepEqual(versions.toSorted(), ['2', '3', '4'])
  assert.deepEqual(await host.get(), contents[last])
})

test('PutFile without a valid token is 401, without the right to write 404', async () => {
  const host = await lockedHost()

  assertRefused(await host.send('PUT', { contents: true, token: 'forged' }), 401)
  assertRefused(await host.send('PUT', { contents: true, token: 'alice:read' }), 404)
  assert.deepEqual(await host.get(), OLD)
})

for (const header of ['X-COOL-WOPI-Timestamp', 'X-LOOL-WOPI-Timestamp'])
  test(`PutFile with the ${header} that the client was told last saves, again and again`, async () => {
    const host = await lockedHost()
    let time = JSON.parse((await host.send(undefined)).text).LastModifiedTime

    for (const content of [NEW, OLD, NEW]) {
      host.advance(MINUTE)
      const reply = await putWith(host, content, { [header]: time })
      assert.equal(reply.status, 200)
      time = JSON.parse(reply.text).LastModifiedTime
    }
    assert.deepEqual(await host.get(), NEW)
  })

test('PutFile with another time than that of the last change is 409 with 1010, and changes nothing', async () => {
  const host = await lockedHost()
  const before = JSON.parse((await host.send(undefined)).text)
  host.advance(MINUTE)
  await host.put(NEW, 'L')

  for (const time of [before.LastModifiedTime, '2026-01-01', 'nonsense']) {
    const reply = await putWith(host, OLD, { 'X-COOL-WOPI-Timestamp': time })
    assert.equal(reply.status, 409)
    assert.equal(reply.headers.get('Content-Type'), 'application/json')
    assert.ok(reply.headers.get('X-WOPI-FailureReason'))
    assert.deepEqual(JSON.parse(reply.text), { COOLStatusCode: 1010, LOOLStatusCode: 1010 })
  }
  assert.deepEqual(await host.get(), NEW)
})

test('PutFile takes the same instant in another notation', async () => {
  const host = await lockedHost()

  const reply = await putWith(host, NEW, { 'X-COOL-WOPI-Timestamp': '2026-01-01T00:00:00Z' })

  assert.equal(reply.status, 200)
})

test('PutFile looks at the lock before it looks at the time', async () => {
  const host = await lockedHost()

  const reply = await putWith(host, NEW, { 'X-COOL-WOPI-Timestamp': 'x', 'X-WOPI-Lock': 'other' })

  assertRefused(reply, 409, { 'X-WOPI-Lock': 'L' })
  assert.equal(reply.text, '')
})

function putWith(host: TestHost, body: Uint8Array, headers: Record<string, string>) {
  return host.send('PUT', { contents: true, body, headers: { 'X-WOPI-Lock': 'L', ...headers } })
}

async function lockedHost(): Promise<TestHost> {
  const host = await createTestHost({ content: OLD })
  await host.lock('L')
  return host
}

function putFrom(host: TestHost, body: AsyncIterable<Uint8Array>) {
  return host.send('PUT', { contents: true, body, headers: { 'X-WOPI-Lock': 'L' } })
}
