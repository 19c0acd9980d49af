import assert from 'node:assert/strict'
import test from 'node:test'
import {
  createTestHost,
  MINUTE,
  type TestHost,
  testBytes,
} from '../../../test/helpers/test-host.ts'
import {
  assertRefused,
  putChunked,
  putMessage,
  sequenceNumberOf,
  signatureOf,
  takeCoauthLock,
} from '../../../test/helpers/wopi-story.ts'

const OLD = testBytes(100, 1)
const NEW = testBytes(200, 2)
const BODY = putMessage([signatureOf([NEW])], { inline: [NEW] })
const MECHANISM = 'X-WOPI-ConflictingMechanism'
const NO_LOCK_HEADERS = { [MECHANISM]: null, 'X-WOPI-Lock': null }
const HELD_BY_EXCLUSIVE = { [MECHANISM]: 'WOPI-CoauthExclusiveLock', 'X-WOPI-Lock': null }

test('PutChunkedFile without a lock saves into an empty file that is not locked', async () => {
  const host = await createTestHost()

  assert.equal((await putChunked(host, BODY)).status, 200)
  assert.deepEqual(await host.get(), NEW)
})

test('PutChunkedFile with any lock saves into an empty file that is not locked', async () => {
  for (const lock of [{ lock: 'L' }, { coauthLock: 'A' }]) {
    const host = await createTestHost()
    assert.equal((await putChunked(host, BODY, lock)).status, 200)
  }
})

test('PutChunkedFile into an unlocked file with content is 409 with an empty X-WOPI-Lock', async () => {
  for (const lock of [{}, { lock: 'L' }, { coauthLock: 'A' }]) {
    const host = await createTestHost({ content: OLD })

    const reply = await putChunked(host, BODY, lock)

    assertRefused(reply, 409, { 'X-WOPI-Lock': '', [MECHANISM]: null })
    assert.deepEqual(await host.get(), OLD)
  }
})

test('PutChunkedFile under its WOPI lock saves', async () => {
  const host = await wopiLocked()

  assert.equal((await putChunked(host, BODY, { lock: 'L' })).status, 200)
})

test('PutChunkedFile against another’s WOPI lock is 409 and names that lock', async () => {
  for (const lock of [{}, { lock: 'M' }, { coauthLock: 'A' }, { coauthLock: 'L' }]) {
    const host = await wopiLocked()

    const reply = await putChunked(host, BODY, lock)

    assertRefused(reply, 409, { 'X-WOPI-Lock': 'L', [MECHANISM]: 'WOPI-Lock' })
    assert.deepEqual(await host.get(), OLD)
  }
})

test('PutChunkedFile under any live coauthoring lock saves, whoever took it', async () => {
  const host = await coauthored()

  const reply = await putChunked(host, BODY, { coauthLock: 'B', token: 'carol:write' })

  assert.equal(reply.status, 200)
  assert.deepEqual(await host.get(), NEW)
})

test('PutChunkedFile with a lock that is not in the table is 409 without lock headers', async () => {
  for (const lock of [{}, { lock: 'A' }, { coauthLock: 'unknown' }]) {
    const host = await coauthored()
    assertRefused(await putChunked(host, BODY, lock), 409, NO_LOCK_HEADERS)
  }
})

test('PutChunkedFile under the exclusive lock saves', async () => {
  const host = await coauthored({ exclusive: 'A' })

  assert.equal((await putChunked(host, BODY, { coauthLock: 'A' })).status, 200)
})

test('PutChunkedFile beside another’s exclusive lock is 409 and says so', async () => {
  for (const lock of [{}, { coauthLock: 'B' }, { coauthLock: 'unknown' }, { lock: 'A' }]) {
    const host = await coauthored({ exclusive: 'A' })
    assertRefused(await putChunked(host, BODY, lock), 409, HELD_BY_EXCLUSIVE)
  }
})

test('PutChunkedFile with both kinds of lock is 400 in every state of the file', async () => {
  const hosts = [
    await createTestHost(),
    await createTestHost({ content: OLD }),
    await wopiLocked(),
    await coauthored(),
    await coauthored({ exclusive: 'A' }),
  ]

  for (const host of hosts)
    assertRefused(await putChunked(host, BODY, { lock: 'L', coauthLock: 'A' }), 400, {
      ...NO_LOCK_HEADERS,
      'X-WOPI-SequenceNumber': null,
    })
})

test('PutChunkedFile takes empty lock headers for none', async () => {
  const host = await coauthored()

  assert.equal((await putChunked(host, BODY, { lock: '', coauthLock: 'A' })).status, 200)
})

test('PutChunkedFile with a lock id of more than 1024 characters is 400', async () => {
  const host = await coauthored()
  const longest = 'x'.repeat(1024)
  await takeCoauthLock(host, longest)

  assertRefused(await putChunked(host, BODY, { coauthLock: `${longest}x` }), 400)
  assertRefused(await putChunked(host, BODY, { lock: `${longest}x` }), 400)
  assert.equal((await putChunked(host, BODY, { coauthLock: longest })).status, 200)
})

test('PutChunkedFile in the very ms in which its lock runs out is 409', async () => {
  for (const [lock, takeLock] of [
    [{ lock: 'L' }, wopiLocked],
    [{ coauthLock: 'A' }, coauthored],
  ] as const) {
    const early = await takeLock()
    const late = await takeLock()
    early.advance(30 * MINUTE - 1)
    late.advance(30 * MINUTE)

    assert.equal((await putChunked(early, BODY, lock)).status, 200)
    assertRefused(await putChunked(late, BODY, lock), 409)
  }
})

test('PutChunkedFile whose lock runs out while the body comes is 409 and changes nothing', async () => {
  const host = await wopiLocked()
  async function* slowly() {
    yield BODY.subarray(0, 100)
    host.advance(30 * MINUTE)
    yield BODY.subarray(100)
  }

  const reply = await putChunked(host, slowly(), { lock: 'L' })

  assertRefused(reply, 409, { 'X-WOPI-Lock': '' })
  assert.deepEqual(await host.get(), OLD)
})

test('PutChunkedFile whose lock is taken over while the body comes is 409 and names the new one', async () => {
  const host = await wopiLocked()
  async function* slowly() {
    yield BODY.subarray(0, 100)
    await host.send('UNLOCK', { headers: { 'X-WOPI-Lock': 'L' } })
    await host.lock('M')
    yield BODY.subarray(100)
  }

  const reply = await putChunked(host, slowly(), { lock: 'L' })

  assertRefused(reply, 409, { 'X-WOPI-Lock': 'M', [MECHANISM]: 'WOPI-Lock' })
  assert.deepEqual(await host.get(), OLD)
})

test('PutChunkedFile whose lock is only refreshed while the body comes saves', async () => {
  const host = await wopiLocked()
  async function* slowly() {
    yield BODY.subarray(0, 100)
    await host.lock('L')
    yield BODY.subarray(100)
  }

  assert.equal((await putChunked(host, slowly(), { lock: 'L' })).status, 200)
  assert.deepEqual(await host.get(), NEW)
})

test('PutChunkedFile against another number than the current one is 412 and names it', async () => {
  const host = await wopiLocked()

  for (const sequenceNumber of [0, 2, -1, 2_147_483_647]) {
    const reply = await putChunked(host, BODY, { lock: 'L', sequenceNumber })
    assertRefused(reply, 412, { 'X-WOPI-SequenceNumber': '1', ...NO_LOCK_HEADERS })
  }
  assert.deepEqual(await host.get(), OLD)
})

test('PutChunkedFile into an unlocked empty file looks at the number, too', async () => {
  const host = await createTestHost()

  assertRefused(await putChunked(host, BODY, { sequenceNumber: 7 }), 412, {
    'X-WOPI-SequenceNumber': '1',
  })
})

test('PutChunkedFile without a number, or with none that can be read, is 400', async () => {
  const host = await wopiLocked()

  for (const number of ['', 'one', '1.5', '2147483648', '0x1']) {
    const headers = { 'X-WOPI-SequenceNumber': number }
    assertRefused(await putChunked(host, BODY, { lock: 'L', headers }), 400, {
      'X-WOPI-SequenceNumber': null,
    })
  }
})

test('PutChunkedFile that loses against another save while its body comes is 412', async () => {
  const host = await wopiLocked()
  const other = testBytes(50, 7)
  async function* slowly() {
    yield BODY.subarray(0, 100)
    await putChunked(host, putMessage([signatureOf([other])], { inline: [other] }), { lock: 'L' })
    yield BODY.subarray(100)
  }

  const reply = await putChunked(host, slowly(), { lock: 'L', sequenceNumber: 1 })

  assertRefused(reply, 412, { 'X-WOPI-SequenceNumber': '2' })
  assert.deepEqual(await host.get(), other)
})

test('PutChunkedFile: of many saves from one state exactly one wins', async () => {
  const host = await coauthored()
  const contents = Array.from({ length: 8 }, (_, i) => testBytes(100 + i, i + 1))

  const replies = await Promise.all(
    contents.map((bytes) =>
      putChunked(host, putMessage([signatureOf([bytes])], { inline: [bytes] }), {
        coauthLock: 'A',
        sequenceNumber: 1,
      }),
    ),
  )

  const winners = replies.flatMap(({ status }, i) => (status === 200 ? [i] : []))
  assert.equal(winners.length, 1)
  assert.equal(replies.filter(({ status }) => status === 412).length, 7)
  assert.deepEqual(await host.get(), contents[winners[0] as number])
  assert.equal(await sequenceNumberOf(host), 2)
})

test('PutChunkedFile checks token, headers, lock, number, frames and chunks in this order', async () => {
  const host = await wopiLocked()
  const garbage = testBytes(30)
  const missing = putMessage([signatureOf([testBytes(9, 9)])])
  const both = { lock: 'M', coauthLock: 'A' }

  const statuses = [
    await putChunked(host, garbage, { ...both, token: 'x', sequenceNumber: 9 }),
    await putChunked(host, garbage, { ...both, token: 'bob:none', sequenceNumber: 9 }),
    await putChunked(host, garbage, { ...both, sequenceNumber: 9 }),
    await putChunked(host, garbage, { lock: 'M', sequenceNumber: 9 }),
    await putChunked(host, garbage, { lock: 'L', sequenceNumber: 9 }),
    await putChunked(host, missing, { lock: 'L', sequenceNumber: 9 }),
    await putChunked(host, garbage, { lock: 'L' }),
    await putChunked(host, missing, { lock: 'L' }),
  ].map((reply) => reply.status)

  assert.deepEqual(statuses, [401, 404, 400, 409, 412, 412, 400, 400])
})

async function wopiLocked(): Promise<TestHost> {
  const host = await createTestHost({ content: OLD })
  await host.lock('L')
  return host
}

async function coauthored(options: { exclusive?: string } = {}): Promise<TestHost> {
  const host = await createTestHost({ content: OLD })
  for (const id of ['A', 'B']) {
    const type = options.exclusive === id ? 'CoauthExclusive' : 'Coauth'
    assert.equal((await takeCoauthLock(host, id, { type })).status, 200)
  }
  return host
}
