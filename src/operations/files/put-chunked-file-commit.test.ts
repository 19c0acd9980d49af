import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { addDocument } from '../../../test/helpers/add-document.ts'
import { cutAt, sizesOf } from '../../../test/helpers/cuts.ts'
import {
  chunkFrames,
  concat,
  createTestHost,
  MINUTE,
  type TestHost,
  testBytes,
} from '../../../test/helpers/test-host.ts'
import {
  append,
  assembleStream,
  assertRefused,
  getChunkedFile,
  offsetOf,
  openSession,
  putChunked,
  putMessage,
  sequenceNumberOf,
  signatureOf,
  takeCoauthLock,
} from '../../../test/helpers/wopi-story.ts'

const LOCK = { lock: 'L' }
const A = testBytes(300, 1)
const B = testBytes(500, 2)
const C = testBytes(70, 3)

test('PutChunkedFile commits a session as if its frames were in the request', async () => {
  const { host, session } = await hostWithSession([A, B])

  const reply = await putChunked(host, commit([A, B], session), LOCK)

  assert.equal(reply.status, 200)
  assert.equal(reply.headers.get('X-WOPI-SequenceNumber'), '2')
  assert.deepEqual(await host.get(), concat([A, B]))
})

test('PutChunkedFile saves the same document from a session split at any point', async () => {
  const chunks = [A, B, C, new Uint8Array(0), A]
  const stream = chunkFrames(chunks)

  await fc.assert(
    fc.asyncProperty(sizesOf(600), async (sizes) => {
      const host = await createTestHost()
      const session = await openSession(host)
      let offset = 0
      for (const fragment of cutAt(stream, sizes)) {
        assert.equal((await append(host, session, offset, fragment)).status, 200)
        offset += fragment.length
      }

      const reply = await putChunked(host, commit(chunks, session))

      assert.equal(reply.status, 200)
      assert.deepEqual(await host.get(), concat(chunks))
      assert.deepEqual(assembleStream(await getChunkedFile(host)), concat(chunks))
    }),
    { numRuns: 30 },
  )
})

test('PutChunkedFile puts chunks of session, request and file together', async () => {
  const host = await createTestHost({ content: A })
  await host.lock('L')
  const session = await openSession(host)
  await append(host, session, 0, chunkFrames([B]))

  const body = putMessage([signatureOf([C, A, B])], { inline: [C], session })
  const reply = await putChunked(host, body, LOCK)

  assert.equal(reply.status, 200)
  assert.deepEqual(await host.get(), concat([C, A, B]))
})

test('PutChunkedFile puts several streams out of one session', async () => {
  const { host, session } = await hostWithSession([A, B])
  const signatures = [signatureOf([A]), signatureOf([B], { streamId: 'Alternate' })]

  await putChunked(host, putMessage(signatures, { session }), LOCK)

  const file = await getChunkedFile(host, [{}, { streamId: 'Alternate' }])
  assert.deepEqual(assembleStream(file), A)
  assert.deepEqual(assembleStream(file, 'Alternate'), B)
})

test('PutChunkedFile commits a session in which nothing was sent', async () => {
  const host = await createTestHost()
  const session = await openSession(host)

  assert.equal((await putChunked(host, commit([], session))).status, 200)
  assertRefused(await append(host, session, 0, chunkFrames([A])), 410)
})

test('PutChunkedFile commits what another user has sent', async () => {
  const { host, session } = await hostWithSession([A])

  const reply = await putChunked(host, commit([A], session), { ...LOCK, token: 'carol:write' })

  assert.equal(reply.status, 200)
})

test('PutChunkedFile ends the session: nothing can be appended or committed any more', async () => {
  const { host, session } = await hostWithSession([A])
  await putChunked(host, commit([A], session), LOCK)

  const update = await append(host, session, chunkFrames([A]).length, chunkFrames([B]))
  const again = await putChunked(host, commit([A, A], session), LOCK)

  assertRefused(update, 410, { 'X-WOPI-UploadSessionCurrentOffset': null })
  assertRefused(again, 410)
  assert.equal(await sequenceNumberOf(host), 2)
})

test('PutChunkedFile with an unknown session is 410', async () => {
  const { host } = await hostWithSession([A])

  assertRefused(await putChunked(host, commit([A], 'unknown'), LOCK), 410)
})

test('PutChunkedFile with a session of another document is 410', async () => {
  const { host } = await hostWithSession([])
  const other = await addDocument(host.content, { name: 'b', ownerId: 'b', content: noBytes() })
  const foreign = await openSession({
    ...host,
    send: (override, options) =>
      host.request(`/wopi/files/${other}`, {
        method: 'POST',
        headers: { 'X-WOPI-Override': String(override) },
        ...options,
      }),
  })

  assertRefused(await putChunked(host, commit([], foreign), LOCK), 410)
})

test('PutChunkedFile with a session that expired this very ms is 410, one ms before it is not', async () => {
  for (const [age, status] of [
    [30 * MINUTE - 1, 200],
    [30 * MINUTE, 410],
  ] as const) {
    const { host, session } = await hostWithSession([A])
    host.advance(age)
    await host.lock('L')
    assert.equal((await putChunked(host, commit([A], session), LOCK)).status, status)
  }
})

test('PutChunkedFile whose session expires while its body comes still commits it', async () => {
  const { host, session } = await hostWithSession([A])
  host.advance(20 * MINUTE)
  await host.lock('L')
  const body = commit([A], session, [C])
  async function* slowly() {
    yield body.subarray(0, body.length - 30)
    host.advance(15 * MINUTE)
    yield body.subarray(body.length - 30)
  }

  assert.equal((await putChunked(host, slowly(), LOCK)).status, 200)
})

test('PutChunkedFile refused for its lock leaves the session open for the same commit', async () => {
  const { host, session } = await hostWithSession([A])

  const refused = await putChunked(host, commit([A], session), { lock: 'M' })
  const again = await putChunked(host, commit([A], session), LOCK)

  assertRefused(refused, 409)
  assert.equal(again.status, 200)
  assert.deepEqual(await host.get(), A)
})

test('PutChunkedFile refused for its number is repeated after more was appended, with nothing sent twice', async () => {
  const host = await createTestHost()
  await takeCoauthLock(host, 'X')
  const session = await openSession(host)
  const first = chunkFrames([A])
  await append(host, session, 0, first)
  const inline = { inline: [C] }
  await putChunked(host, putMessage([signatureOf([C])], inline), { coauthLock: 'X' })

  const refused = await putChunked(host, commit([A], session), {
    coauthLock: 'X',
    sequenceNumber: 1,
  })
  const appended = await append(host, session, first.length, chunkFrames([B]))
  const again = await putChunked(host, commit([A, B, C], session), { coauthLock: 'X' })

  assertRefused(refused, 412, { 'X-WOPI-SequenceNumber': '2' })
  assert.equal(appended.status, 200)
  assert.equal(again.status, 200)
  assert.deepEqual(await host.get(), concat([A, B, C]))
})

test('PutChunkedFile that misses a chunk leaves the session open for it', async () => {
  const { host, session } = await hostWithSession([A])

  const refused = await putChunked(host, commit([A, B], session), LOCK)
  await append(host, session, chunkFrames([A]).length, chunkFrames([B]))
  const again = await putChunked(host, commit([A, B], session), LOCK)

  assertRefused(refused, 400)
  assert.equal(again.status, 200)
})

test('PutChunkedFile of a session that ends inside a frame is 400, and may go on', async () => {
  const host = await createTestHost()
  const session = await openSession(host)
  const stream = chunkFrames([A, B])
  await append(host, session, 0, stream.subarray(0, stream.length - 5))

  const refused = await putChunked(host, commit([A, B], session))
  await append(host, session, stream.length - 5, stream.subarray(-5))
  const again = await putChunked(host, commit([A, B], session))

  assertRefused(refused, 400)
  assert.equal(again.status, 200)
})

test('PutChunkedFile that failed does not prolong its session', async () => {
  const { host, session } = await hostWithSession([A])
  host.advance(20 * MINUTE)
  await host.lock('L')
  assertRefused(await putChunked(host, commit([B], session), LOCK), 400)

  host.advance(10 * MINUTE)

  assertRefused(await putChunked(host, commit([A], session), LOCK), 410)
})

test('PutChunkedFile repeated after a lost reply is 200 with the same headers, and saves nothing', async () => {
  const { host, session } = await hostWithSession([A])
  const body = commit([A, C], session, [C])
  const first = await putChunked(host, body, { ...LOCK, sequenceNumber: 1 })
  await host.send('UNLOCK', { headers: { 'X-WOPI-Lock': 'L' } })

  const again = await putChunked(host, body, { ...LOCK, sequenceNumber: 1 })

  assert.equal(again.status, 200)
  assert.deepEqual([...again.headers], [...first.headers])
  assert.equal(await sequenceNumberOf(host), 2)
})

test('PutChunkedFile repeated after a lost reply is 412 once the file has moved on', async () => {
  const { host, session } = await hostWithSession([A])
  await putChunked(host, commit([A], session), { ...LOCK, sequenceNumber: 1 })
  await host.put(B, 'L')

  const again = await putChunked(host, commit([A], session), { ...LOCK, sequenceNumber: 1 })

  assertRefused(again, 412, { 'X-WOPI-SequenceNumber': '3' })
  assert.deepEqual(await host.get(), B)
})

test('PutChunkedFile that differs from the one before is no repeat of it', async () => {
  const { host, session } = await hostWithSession([A])
  await putChunked(host, commit([A], session), { ...LOCK, sequenceNumber: 1 })

  const other = await putChunked(host, commit([A, A], session), { ...LOCK, sequenceNumber: 1 })
  const later = await putChunked(host, commit([A], session), { ...LOCK, sequenceNumber: 2 })

  assertRefused(other, 412)
  assertRefused(later, 410)
})

test('PutChunkedFile twice at once with one session saves once and answers both', async () => {
  const { host, session } = await hostWithSession([A])
  const once = () => putChunked(host, commit([A], session), { ...LOCK, sequenceNumber: 1 })

  const replies = await Promise.all([once(), once(), once()])

  assert.deepEqual(
    replies.map(({ status }) => status),
    [200, 200, 200],
  )
  assert.equal(await sequenceNumberOf(host), 2)
})

test('PutChunkedFile beside an update of its session has either all of the fragment or none', async () => {
  const { host, session } = await hostWithSession([A])
  const start = chunkFrames([A]).length

  const [update, saved] = await Promise.all([
    append(host, session, start, chunkFrames([B])),
    putChunked(host, commit([A], session), LOCK),
  ])

  assert.equal(saved.status, 200)
  assert.ok(update.status === 410 || offsetOf(update) === start + chunkFrames([B]).length)
  assert.deepEqual(await host.get(), A)
})

test('PutChunkedFile reads nothing of a session of non-zip content again', async () => {
  const { host, session } = await hostWithSession([A, B])
  const opened: string[] = []
  const { blobs } = host.content
  host.content.blobs = {
    ...blobs,
    open: (key, options) => {
      opened.push(key)
      return blobs.open(key, options)
    },
  }

  await putChunked(host, commit([A, B], session), LOCK)

  assert.deepEqual(opened, [])
})

async function hostWithSession(
  chunks: readonly Uint8Array[],
): Promise<{ host: TestHost; session: string }> {
  const host = await createTestHost()
  await host.lock('L')
  const session = await openSession(host)
  assert.equal((await append(host, session, 0, chunkFrames(chunks))).status, 200)
  return { host, session }
}

function commit(
  chunks: readonly Uint8Array[],
  session: string,
  inline: readonly Uint8Array[] = [],
): Uint8Array {
  return putMessage([signatureOf(chunks)], { session, inline })
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}
