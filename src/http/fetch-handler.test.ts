import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestLog } from '../../test/helpers/http-server.ts'
import type { OpenedBytes } from '../ports/blob-store.ts'
import type { HostReply, HostRequest } from '../ports/exchange.ts'
import { createFetchHandler, type FetchHandlerOptions } from './fetch-handler.ts'
import type { RequestRecord } from './request-record.ts'

const URL_OF_FILE = 'http://localhost/wopi/files/a?access_token=secret'

function handle(
  handler: (request: HostRequest) => Promise<HostReply>,
  options: Partial<FetchHandlerOptions> = {},
) {
  return createFetchHandler({ handler, log: createTestLog(), ...options })
}

function openedOf(pieces: AsyncIterable<Uint8Array>): OpenedBytes & { disposed: boolean } {
  return {
    disposed: false,
    [Symbol.asyncIterator]: () => pieces[Symbol.asyncIterator](),
    async [Symbol.asyncDispose]() {
      this.disposed = true
    },
  }
}

async function* forever(): AsyncGenerator<Uint8Array> {
  for (;;) yield new Uint8Array(1024)
}

async function* breaking(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(4)
  throw new Error('the disk broke')
}

test('createFetchHandler passes on method, target, headers, length and body', async () => {
  let seen: unknown[] = []
  const fetchHandler = handle(
    async ({ method, target, header, contentLength, body }) => {
      const texts: string[] = []
      for await (const bytes of body) texts.push(Buffer.from(bytes).toString())
      seen = [
        method,
        target,
        header('x-wopi-lock'),
        header('X-Empty'),
        contentLength,
        texts.join(''),
      ]
      return { status: 200, headers: {} }
    },
    { basePath: '/office' },
  )
  const headers = { 'X-WOPI-Lock': 'l1', 'X-Empty': '', 'Content-Length': '4' }

  const url = 'http://localhost/office/wopi/files/a?access_token=t%20'
  const reply = await fetchHandler(new Request(url, { method: 'POST', headers, body: 'four' }))

  assert.deepEqual(seen, ['POST', '/wopi/files/a?access_token=t%20', 'l1', undefined, 4, 'four'])
  assert.equal(reply.headers.get('Content-Length'), '0')
})

test('createFetchHandler makes the body throw when it is shorter than announced', async () => {
  const fetchHandler = handle(async ({ body }) => {
    const codes: string[] = []
    try {
      for await (const _ of body);
    } catch (error) {
      codes.push((error as { code: string }).code)
    }
    return { status: 400, headers: { 'X-Code': codes.join() } }
  })
  const headers = { 'Content-Length': '5' }

  const reply = await fetchHandler(
    new Request(URL_OF_FILE, { method: 'POST', headers, body: 'four' }),
  )

  assert.equal(reply.headers.get('X-Code'), 'BODY_INVALID')
})

test('createFetchHandler makes the body throw when its stream breaks', async () => {
  const fetchHandler = handle(async ({ body }) => {
    for await (const _ of body);
    return { status: 200, headers: {} }
  })
  const body = new ReadableStream({
    pull(controller) {
      controller.error(new Error('gone'))
    },
  })
  const init = { method: 'POST', body, duplex: 'half' } as RequestInit

  await assert.rejects(fetchHandler(new Request(URL_OF_FILE, init)), { code: 'BODY_INVALID' })
})

test('createFetchHandler streams an opened body, and disposes it at the end', async () => {
  const opened = openedOf(
    (async function* () {
      yield Buffer.from('ab')
      yield Buffer.from('cd')
    })(),
  )
  const fetchHandler = handle(async () => {
    return { status: 200, headers: {}, body: opened, contentLength: 4 }
  })

  const reply = await fetchHandler(new Request(URL_OF_FILE))

  assert.equal(await reply.text(), 'abcd')
  assert.equal(reply.headers.get('Content-Length'), '4')
  assert.equal(opened.disposed, true)
})

test('createFetchHandler disposes an opened body when it is cancelled or never read', async () => {
  const opened = openedOf(forever())
  const fetchHandler = handle(async () => ({ status: 200, headers: {}, body: opened }))

  const reply = await fetchHandler(new Request(URL_OF_FILE))
  await reply.body?.cancel()

  assert.equal(opened.disposed, true)
})

test('createFetchHandler breaks the stream of a reply when the body breaks off or is too short', async () => {
  const records: RequestRecord[] = []
  const log = createTestLog()
  const broken = openedOf(breaking())
  const short = openedOf((async function* () {})())

  for (const body of [broken, short]) {
    const fetchHandler = handle(
      async () => ({ status: 200, headers: {}, body, contentLength: 8 }),
      { log, onRequest: (record) => records.push(record) },
    )
    const reply = await fetchHandler(new Request(URL_OF_FILE))
    await assert.rejects(reply.arrayBuffer())
  }

  assert.deepEqual([broken.disposed, short.disposed], [true, true])
  assert.deepEqual(
    records.map(({ aborted }) => aborted),
    [true, true],
  )
  assert.equal(log.lines.length, 2)
})

test('createFetchHandler reports every request, without its token', async () => {
  const records: RequestRecord[] = []
  const fetchHandler = handle(
    async () => ({ status: 404, headers: { 'X-WOPI-FailureReason': 'No such file' } }),
    { onRequest: (record) => records.push(record) },
  )

  await fetchHandler(new Request(URL_OF_FILE))

  assert.deepEqual(
    [records[0]?.path, records[0]?.status, records[0]?.failureReason],
    ['/wopi/files/a', 404, 'No such file'],
  )
})

test('createFetchHandler answers 503 while the host is closing', async () => {
  const fetchHandler = handle(async () => ({ status: 200, headers: {} }), { closing: () => true })

  const reply = await fetchHandler(new Request(URL_OF_FILE))

  assert.equal(reply.status, 503)
})
