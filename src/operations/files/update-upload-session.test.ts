import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { addDocument } from '../../../test/helpers/add-document.ts'
import {
  ALL_FEATURES,
  chunkFrames,
  concat,
  createTestHost,
  MINUTE,
  type SendOptions,
  type TestHost,
  testBytes,
} from '../../../test/helpers/test-host.ts'
import {
  append,
  assertRefused,
  offsetOf,
  openSession,
  putChunked,
  putMessage,
  signatureOf,
} from '../../../test/helpers/wopi-story.ts'
import { FRAGMENT_OVERHEAD_BYTES } from '../../content/limits.ts'
import { END_FRAME, encodeFrameHeader, encodeMessage } from '../../protocol/frames/encoder.ts'
import { chunkIdOf } from '../../protocol/spooky/spooky.ts'

const OFFSET = 'X-WOPI-UploadSessionCurrentOffset'
const A = testBytes(300, 1)
const STREAM = chunkFrames([A, testBytes(200, 2)])
const HOSTILE = new URL('../../../test/fixtures/frames/session/', import.meta.url)

test('UpdateUploadSession answers where the next fragment must start', async () => {
  const { host, session } = await start()

  const first = await append(host, session, 0, STREAM.subarray(0, 100))
  const second = await append(host, session, 100, STREAM.subarray(100))

  assert.deepEqual([first.status, second.status], [200, 200])
  assert.deepEqual([offsetOf(first), offsetOf(second)], [100, STREAM.length])
  assert.equal(first.body.length, 0)
})

test('UpdateUploadSession takes a fragment split at any point and without Content-Length', async () => {
  const { host, session } = await start()
  async function* bytewise() {
    for (let i = 0; i < STREAM.length; i++) yield STREAM.subarray(i, i + 1)
  }

  const reply = await append(host, session, 0, STREAM, { body: bytewise() })

  assert.equal(reply.status, 200)
  assert.equal(offsetOf(reply), STREAM.length)
})

test('UpdateUploadSession at another offset than the current one is 400 and tells the current one', async () => {
  const { host, session } = await start()
  await append(host, session, 0, STREAM.subarray(0, 100))

  for (const offset of [0, 99, 101, 10 ** 15]) {
    const reply = await append(host, session, offset, STREAM.subarray(100))
    assertRefused(reply, 400, { [OFFSET]: '100' })
  }
})

test('UpdateUploadSession repeated after a lost reply is 400 and tells where to go on', async () => {
  const { host, session } = await start()
  await append(host, session, 0, STREAM.subarray(0, 100))

  const again = await append(host, session, 0, STREAM.subarray(0, 100))
  const next = await append(host, session, offsetOf(again), STREAM.subarray(100))

  assertRefused(again, 400, { [OFFSET]: '100' })
  assert.equal(next.status, 200)
})

test('UpdateUploadSession does not pull the body of a fragment at the wrong offset', async () => {
  const { host, session } = await start()
  let pulled = 0
  async function* body() {
    pulled++
    yield STREAM
  }

  await append(host, session, 5, STREAM, { body: body() })

  assert.equal(pulled, 0)
})

test('UpdateUploadSession with a body that is not as long as its header says is 400', async () => {
  const { host, session } = await start()
  const said = (length: number) => ({
    headers: { 'X-WOPI-ContentRangeLength': String(length) },
  })

  for (const length of [STREAM.length - 1, STREAM.length + 1, 0])
    for (const chunked of [true, false]) {
      const reply = await append(host, session, 0, STREAM, { ...said(length), chunked })
      assertRefused(reply, 400, { [OFFSET]: '0' })
    }
  assert.equal((await append(host, session, 0, STREAM)).status, 200)
})

const HEADERS = ['X-WOPI-ContentRangeOffset', 'X-WOPI-ContentRangeLength']

for (const header of HEADERS)
  test(`UpdateUploadSession without ${header}, or with one that is no size, is 400 with the offset`, async () => {
    const { host, session } = await start()
    await append(host, session, 0, STREAM.subarray(0, 7))

    for (const value of ['', 'x', '-1', '1.5', '99999999999999999'])
      assertRefused(
        await append(host, session, 7, STREAM.subarray(7), { headers: { [header]: value } }),
        400,
        { [OFFSET]: '7' },
      )
  })

test('UpdateUploadSession without a session token is 400', async () => {
  const { host } = await start()

  assertRefused(await append(host, '', 0, STREAM), 400, { [OFFSET]: null })
})

test('UpdateUploadSession of an unknown session is 410', async () => {
  const { host } = await start()

  assertRefused(await append(host, 'unknown', 0, STREAM), 410, { [OFFSET]: null })
})

test('UpdateUploadSession of a session of another document is 410', async () => {
  const { host, session } = await start()
  const content = (async function* () {})()
  const other = await addDocument(host.content, { name: 'b', ownerId: 'b', content })

  const reply = await append({ ...host, send: sendTo(host, other) }, session, 0, STREAM)

  assertRefused(reply, 410, { [OFFSET]: null })
  assert.equal((await append(host, session, 0, STREAM)).status, 200)
})

test('UpdateUploadSession exactly 30 minutes after the last success is 410, one ms before it is not', async () => {
  const { host, session } = await start()
  host.advance(20 * MINUTE)
  await append(host, session, 0, STREAM.subarray(0, 100))

  host.advance(30 * MINUTE - 1)
  const intime = await append(host, session, 100, STREAM.subarray(100, 200))
  host.advance(30 * MINUTE)
  const late = await append(host, session, 200, STREAM.subarray(200))

  assert.equal(intime.status, 200)
  assertRefused(late, 410, { [OFFSET]: null })
})

test('UpdateUploadSession that was refused does not prolong the session', async () => {
  const { host, session } = await start()
  host.advance(20 * MINUTE)
  assertRefused(await append(host, session, 1, STREAM), 400)

  host.advance(10 * MINUTE)

  assertRefused(await append(host, session, 0, STREAM), 410)
})

test('UpdateUploadSession whose session expires while its body comes is still appended', async () => {
  const { host, session } = await start()
  async function* slowly() {
    yield STREAM.subarray(0, 100)
    host.advance(45 * MINUTE)
    yield STREAM.subarray(100)
  }

  const slow = await append(host, session, 0, STREAM, { body: slowly() })
  const next = await append(host, session, STREAM.length, chunkFrames([A]))

  assert.equal(slow.status, 200)
  assert.equal(next.status, 200)
})

test('UpdateUploadSession of length 0 brings nothing and prolongs the session', async () => {
  const { host, session } = await start()
  await append(host, session, 0, STREAM.subarray(0, 100))
  host.advance(20 * MINUTE)

  const empty = await append(host, session, 100, new Uint8Array(0))
  host.advance(20 * MINUTE)
  const next = await append(host, session, 100, STREAM.subarray(100))

  assert.deepEqual([empty.status, offsetOf(empty)], [200, 100])
  assert.equal(next.status, 200)
})

test('UpdateUploadSession of length 0 that is overtaken is 400 with the new offset', async () => {
  const { host, session } = await start()
  async function* slowly() {
    await append(host, session, 0, STREAM)
    yield new Uint8Array(0)
  }

  const reply = await append(host, session, 0, new Uint8Array(0), { body: slowly() })

  assertRefused(reply, 400, { [OFFSET]: String(STREAM.length) })
})

test('UpdateUploadSession by any user who may write goes on with the session', async () => {
  const { host, session } = await start()
  await append(host, session, 0, STREAM.subarray(0, 100))

  const reply = await append(host, session, 100, STREAM.subarray(100), { token: 'carol:write' })

  assert.equal(reply.status, 200)
})

test('UpdateUploadSession needs no lock', async () => {
  const { host, session } = await start()
  await host.lock('of somebody else')

  assert.equal((await append(host, session, 0, STREAM, { token: 'bob:write' })).status, 200)
})

const ID = chunkIdOf(A)
const FORBIDDEN: Record<string, Uint8Array> = {
  'a MessageJSON': encodeMessage(new TextEncoder().encode('{}')),
  'an EndFrame': END_FRAME,
  'a ChunkRange': concat([
    encodeFrameHeader({
      type: 'ChunkRange',
      chunkId: ID,
      payloadSize: A.length,
      offset: 0,
      length: A.length,
      endOfChunk: true,
    }),
    A,
  ]),
  'a frame of an unknown type': new Uint8Array(64).fill(7),
  'a wrong extended header size': wrongExtendedHeader(),
  'a payload that does not hash to its ChunkId': concat([
    encodeFrameHeader({ type: 'Chunk', chunkId: ID, payloadSize: 5 }),
    testBytes(5),
  ]),
}

for (const [what, frame] of Object.entries(FORBIDDEN))
  test(`UpdateUploadSession with ${what} is 400, as if the fragment had never been sent`, async () => {
    const { host, session } = await start()
    const sound = chunkFrames([A])
    const half = STREAM.subarray(0, 40)

    const refused = await append(host, session, 0, concat([sound, frame]))
    const first = await append(host, session, 0, half)
    const broken = await append(host, session, 40, concat([STREAM.subarray(40), frame]))
    const mended = await append(host, session, 40, STREAM.subarray(40))
    const saved = await putChunked(
      host,
      putMessage([signatureOf([A, testBytes(200, 2)])], { session }),
    )

    assertRefused(refused, 400, { [OFFSET]: '0' })
    assert.equal(first.status, 200)
    assertRefused(broken, 400, { [OFFSET]: '40' })
    assert.equal(mended.status, 200)
    assert.equal(saved.status, 200)
  })

for (const name of readdirSync(HOSTILE).filter((file) => !/TRUNCATED/.test(file)))
  test(`UpdateUploadSession refuses ${name}`, async () => {
    const { host, session } = await start()

    const reply = await append(host, session, 0, readFileSync(new URL(name, HOSTILE)))

    assertRefused(reply, 400, { [OFFSET]: '0' })
  })

test('UpdateUploadSession refuses a wrong payload in the fragment in which it ends', async () => {
  const { host, session } = await start()
  const wrong = STREAM.slice()
  wrong[200] = (wrong[200] as number) ^ 1

  const first = await append(host, session, 0, wrong.subarray(0, 250))
  const second = await append(host, session, 250, wrong.subarray(250))

  assert.equal(first.status, 200)
  assertRefused(second, 400, { [OFFSET]: '250' })
})

test('UpdateUploadSession whose connection breaks changes nothing', async () => {
  const { host, session } = await start()
  await append(host, session, 0, STREAM.subarray(0, 100))
  const gone = new AbortController()
  async function* broken() {
    yield STREAM.subarray(100, 300)
    gone.abort()
    throw new Error('ECONNRESET')
  }

  const reply = await append(host, session, 100, STREAM.subarray(100), {
    body: broken(),
    signal: gone.signal,
  })
  const again = await append(host, session, 100, STREAM.subarray(100))

  assertRefused(reply, 400, { [OFFSET]: '100' })
  assert.equal(again.status, 200)
  assert.equal(offsetOf(again), STREAM.length)
})

test('UpdateUploadSession: of concurrent updates exactly one wins, the others learn the offset', async () => {
  const { host, session } = await start()
  const lengths = [100, 150, 200, 250]

  const replies = await Promise.all(
    lengths.map((length) => append(host, session, 0, STREAM.subarray(0, length))),
  )

  const winners = replies.filter(({ status }) => status === 200)
  assert.equal(winners.length, 1)
  const reached = offsetOf(winners[0] as (typeof replies)[number])
  for (const reply of replies)
    if (reply !== winners[0]) assertRefused(reply, 400, { [OFFSET]: String(reached) })
  const rest = await append(host, session, reached, STREAM.subarray(reached))
  assert.equal(rest.status, 200)
})

test('UpdateUploadSession that is overtaken while its body comes is 400 with the new offset', async () => {
  const { host, session } = await start()
  async function* slowly() {
    yield STREAM.subarray(0, 100)
    await append(host, session, 0, STREAM.subarray(0, 60))
    yield STREAM.subarray(100)
  }

  const reply = await append(host, session, 0, STREAM, { body: slowly() })

  assertRefused(reply, 400, { [OFFSET]: '60' })
})

test('UpdateUploadSession whose session is committed while its body comes is 410', async () => {
  const { host, session } = await start()
  const first = chunkFrames([A])
  await append(host, session, 0, first)
  async function* slowly() {
    yield STREAM.subarray(first.length, first.length + 9)
    const saved = await putChunked(host, putMessage([signatureOf([A])], { session }))
    assert.equal(saved.status, 200)
    yield STREAM.subarray(first.length + 9)
  }

  const fragment = STREAM.subarray(first.length)
  const reply = await append(host, session, first.length, fragment, { body: slowly() })

  assertRefused(reply, 410, { [OFFSET]: null })
})

test('UpdateUploadSession is 413 with the offset beyond each quota, before its body is pulled', async () => {
  const quotas = [
    'maxSessionBytes',
    'maxSessionBytesPerDocument',
    'maxSessionBytesPerUser',
  ] as const
  for (const quota of quotas) {
    const most = STREAM.length + FRAGMENT_OVERHEAD_BYTES + 99
    const host = await createTestHost({ limits: { [quota]: most } })
    const session = await openSession(host)
    await append(host, session, 0, STREAM)
    const untouched = { [Symbol.asyncIterator]: () => assert.fail('The body was pulled') }

    const next = chunkFrames([testBytes(68)])
    assert.equal(next.length, 100)
    const refused = await append(host, session, STREAM.length, next, { body: untouched })
    const smaller = await append(host, session, STREAM.length, next.subarray(0, 99))

    assertRefused(refused, 413, { [OFFSET]: String(STREAM.length) })
    assert.equal(smaller.status, 200)
  }
})

test('UpdateUploadSession counts the bytes on their way of all sessions of a user', async () => {
  const maxSessionBytesPerUser = STREAM.length + FRAGMENT_OVERHEAD_BYTES + 10
  const host = await createTestHost({ limits: { maxSessionBytesPerUser } })
  const [one, two] = [await openSession(host), await openSession(host)]
  let meanwhile: number | undefined
  async function* slowly() {
    yield STREAM.subarray(0, 10)
    meanwhile = (await append(host, two, 0, STREAM.subarray(0, 11))).status
    yield STREAM.subarray(10)
  }

  const first = await append(host, one, 0, STREAM, { body: slowly() })

  assert.deepEqual([first.status, meanwhile], [200, 413])
  assert.equal(host.content.inFlight.of('alice'), 0)
})

test('UpdateUploadSession that fails gives its part of the quota back', async () => {
  const { host, session } = await start()

  await append(host, session, 0, testBytes(100))

  assert.equal(host.content.inFlight.of('alice'), 0)
})

test('UpdateUploadSession without a valid token is 401, without the right to write 404', async () => {
  const { host, session } = await start()

  const none = { [OFFSET]: null }
  assertRefused(await append(host, session, 0, STREAM, { token: 'forged' }), 401, none)
  assertRefused(await append(host, session, 0, STREAM, { token: 'alice:read' }), 404, none)
})

test('UpdateUploadSession is 501 where upload sessions are switched off', async () => {
  const host = await createTestHost({ features: { ...ALL_FEATURES, uploadSessions: false } })

  assertRefused(await append(host, 'any', 0, STREAM), 501)
})

async function start(): Promise<{ host: TestHost; session: string }> {
  const host = await createTestHost()
  return { host, session: await openSession(host) }
}

/** `send` of a host to another file. */
function sendTo(host: TestHost, fileId: string): TestHost['send'] {
  return (override, options: SendOptions = {}) =>
    host.request(`/wopi/files/${fileId}`, {
      method: 'POST',
      ...options,
      headers: { 'X-WOPI-Override': String(override), ...options.headers },
    })
}

function wrongExtendedHeader(): Uint8Array {
  const frame = chunkFrames([A]).slice()
  frame[7] = 36
  return frame
}
