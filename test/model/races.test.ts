import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  chunkFrames,
  createTestHost,
  putBody,
  type TestHost,
  type TestReply,
  testBytes,
} from '../helpers/test-host.ts'

const CLIENTS = 8
/** Of a save that follows the first state. */
const SAVE_HEADERS = { 'X-WOPI-Lock': 'lock', 'X-WOPI-SequenceNumber': '1' }

describe('of requests at the same time', () => {
  test('Lock with different ids lets one win, and tells the others its id', async () => {
    const host = await createTestHost()

    const replies = await atOnce((i) => host.lock(`lock ${i}`))

    const winner = replies.findIndex(({ status }) => status === 200)
    assert.deepEqual(statuses(replies), [200, ...times(CLIENTS - 1, 409)])
    for (const [i, { headers }] of replies.entries())
      if (i !== winner) assert.equal(headers.get('X-WOPI-Lock'), `lock ${winner}`)
  })

  test('GetCoauthLock as CoauthExclusive lets one win', async () => {
    const host = await createTestHost()

    const replies = await atOnce((i) => getCoauthLock(host, `lock ${i}`, 'CoauthExclusive'))

    assert.deepEqual(statuses(replies), [200, ...times(CLIENTS - 1, 409)])
  })

  test('GetCoauthLock as Coauth forgets none of the locks', async () => {
    const host = await createTestHost()

    await atOnce((i) => getCoauthLock(host, `lock ${i}`, 'Coauth'))

    const { text } = await host.send('GET_COAUTH_TABLE')
    assert.equal(JSON.parse(text).CoauthTable.length, CLIENTS)
  })

  test('Lock and GetCoauthLock exclude each other', async () => {
    const host = await createTestHost()

    const replies = await atOnce((i) =>
      i % 2 ? host.lock('lock') : getCoauthLock(host, `lock ${i}`, 'Coauth'),
    )

    const won = replies.map(({ status }, i) => (status === 200 ? i % 2 : undefined))
    assert.equal(new Set(won.filter((kind) => kind !== undefined)).size, 1)
  })

  test('PutChunkedFile on one state saves one, and answers 412 with its number to the others', async () => {
    const host = await createTestHost()
    await host.lock('lock')
    const contents = times(CLIENTS, 0).map((_, i) => testBytes(1000, i + 1))

    const replies = await atOnce((i) => putChunks(host, contents[i] ?? new Uint8Array()))

    const winner = replies.findIndex(({ status }) => status === 200)
    assert.deepEqual(statuses(replies), [200, ...times(CLIENTS - 1, 412)])
    for (const { headers } of replies) assert.equal(headers.get('X-WOPI-SequenceNumber'), '2')
    assert.deepEqual(await host.get(), contents[winner])
  })

  test('PutFile under one lock saves all, one after another', async () => {
    const host = await createTestHost()
    await host.lock('lock')

    const replies = await atOnce((i) => host.put(testBytes(1000, i + 1), 'lock'))

    const versions = replies.map(({ headers }) => Number(headers.get('X-WOPI-ItemVersion')))
    const last = versions.indexOf(CLIENTS + 1)
    assert.deepEqual(
      versions.toSorted((a, b) => a - b),
      times(CLIENTS, 0).map((_, i) => i + 2),
    )
    assert.deepEqual(await host.get(), testBytes(1000, last + 1))
  })

  test('UpdateUploadSession at one offset takes one, and tells the others where it ended', async () => {
    const host = await createTestHost()
    const token = await createSession(host)
    const fragments = times(CLIENTS, 0).map((_, i) => chunkFrames([testBytes(100 + i)]))

    const replies = await atOnce((i) => update(host, token, fragments[i] ?? new Uint8Array()))

    const winner = replies.findIndex(({ status }) => status === 200)
    assert.deepEqual(statuses(replies), [200, ...times(CLIENTS - 1, 400)])
    for (const { headers } of replies)
      assert.equal(
        headers.get('X-WOPI-UploadSessionCurrentOffset'),
        String(fragments[winner]?.length),
      )
  })

  test('a commit and its repeats are one save with one answer', async () => {
    const host = await createTestHost()
    const chunk = testBytes(1000)
    const token = await createSession(host)
    await update(host, token, chunkFrames([chunk]))
    await host.lock('lock')

    const replies = await atOnce(() => putChunks(host, chunk, { token, inline: [] }))

    assert.deepEqual(statuses(replies), times(CLIENTS, 200))
    for (const { headers } of replies) assert.equal(headers.get('X-WOPI-SequenceNumber'), '2')
    assert.deepEqual(await host.get(), chunk)
  })
})

describe('a Lock that waited while another client saved and unlocked', () => {
  test('Lock tells the version that it locks, not the one from before', async () => {
    const admitted = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    let reads = 0
    const host = await createTestHost({
      wrapStores: ({ metadata, blobs }) => ({
        blobs,
        metadata: {
          ...metadata,
          async readDocument(fileId) {
            const found = await metadata.readDocument(fileId)
            if (++reads !== 1) return found
            admitted.resolve()
            await goOn.promise
            return found
          },
        },
      }),
    })

    const waiting = host.lock('later')
    await admitted.promise
    await host.lock('earlier')
    await host.put(testBytes(10), 'earlier')
    await host.send('UNLOCK', { headers: { 'X-WOPI-Lock': 'earlier' } })
    goOn.resolve()
    const locked = await waiting

    assert.equal(locked.status, 200)
    assert.equal(locked.headers.get('X-WOPI-ItemVersion'), '2')
  })
})

test('a commit whose body is wrong is refused for that, also when its repeat is saved meanwhile', async () => {
  let reads = 0
  const host = await createTestHost({
    wrapStores: ({ metadata, blobs }) => ({
      blobs,
      metadata: {
        ...metadata,
        async readSession(tokenHash) {
          const found = await metadata.readSession(tokenHash)
          // The first time it is found open, the second time it is looked up for its commit.
          if (++reads === 2) assert.equal((await putChunks(host, chunk, { token })).status, 200)
          return found
        },
      },
    }),
  })
  const chunk = testBytes(1000)
  const token = await createSession(host)
  await host.lock('lock')

  const refused = await host.send('PUT_CHUNKED_FILE', {
    contents: true,
    headers: SAVE_HEADERS,
    body: putBody([chunk], { token }).subarray(0, -1),
  })

  assert.equal(refused.status, 400)
})

function atOnce(send: (client: number) => Promise<TestReply>): Promise<TestReply[]> {
  return Promise.all(times(CLIENTS, 0).map((_, client) => send(client)))
}

function times<T>(count: number, value: T): T[] {
  return Array<T>(count).fill(value)
}

/** In rising order: which of the clients won is not decided. */
function statuses(replies: readonly TestReply[]): number[] {
  return replies.map(({ status }) => status).toSorted((a, b) => a - b)
}

function getCoauthLock(host: TestHost, id: string, type: string): Promise<TestReply> {
  const headers = {
    'X-WOPI-CoauthLockId': id,
    'X-WOPI-CoauthLockType': type,
    'X-WOPI-CoauthLockExpirationTimeout': '60',
  }
  return host.send('GET_COAUTH_LOCK', { headers })
}

function putChunks(
  host: TestHost,
  content: Uint8Array,
  options: Parameters<typeof putBody>[1] = {},
): Promise<TestReply> {
  const body = putBody([content], options)
  return host.send('PUT_CHUNKED_FILE', { contents: true, headers: SAVE_HEADERS, body })
}

async function createSession(host: TestHost): Promise<string> {
  return JSON.parse((await host.send('CREATE_UPLOAD_SESSION')).text).UploadSessionToken
}

function update(host: TestHost, token: string, body: Uint8Array): Promise<TestReply> {
  const headers = {
    'X-WOPI-UploadSessionToken': token,
    'X-WOPI-ContentRangeOffset': '0',
    'X-WOPI-ContentRangeLength': String(body.length),
  }
  return host.send('UPDATE_UPLOAD_SESSION', { headers, body })
}
