import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request as httpRequest } from 'node:http'
import { describe, test } from 'node:test'
import {
  createTestLog,
  createTestTimers,
  listenOn,
  type TestServer,
} from '../../test/helpers/http-server.ts'
import { openRawHttp, requestHead } from '../../test/helpers/raw-http.ts'
import type { OpenedBytes } from '../ports/blob-store.ts'
import type { HostReply, HostRequest } from '../ports/exchange.ts'
import { WopiError } from '../protocol/errors.ts'
import { configureServer } from './configure-server.ts'
import { BODY_RATE_WINDOW_MS, DISCARD_MAX_MS, HALF_OPEN_MAX_MS, PIPELINED_MAX } from './limits.ts'
import { createNodeListener, type NodeListenerOptions } from './node-listener.ts'
import type { RequestRecord } from './request-record.ts'

const MIB = 1024 * 1024
const TARGET = '/wopi/files/a?access_token=secret'

type Answer = (request: HostRequest) => Promise<HostReply>

function serve(handler: Answer, options: Partial<NodeListenerOptions> = {}): Promise<TestServer> {
  const listener = createNodeListener({ handler, log: createTestLog(), ...options })
  return listenOn(listener, (server) => configureServer(server, () => true))
}

async function readAll(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const bytes of body) parts.push(bytes)
  return Buffer.concat(parts)
}

const text = (status: number, body: string): HostReply => ({
  status,
  headers: {},
  body: Buffer.from(body),
})

/** Answers with the request that it got. */
const echo: Answer = async ({ body }) => text(200, (await readAll(body)).toString('latin1'))

/** Answers without reading the body. */
const refuse: Answer = async () => ({
  status: 400,
  headers: { 'X-WOPI-UploadSessionCurrentOffset': '7' },
})

/** Opened bytes that note whether they were disposed. */
function openedOf(pieces: AsyncIterable<Uint8Array>): OpenedBytes & { disposed: boolean } {
  return {
    disposed: false,
    [Symbol.asyncIterator]: () => pieces[Symbol.asyncIterator](),
    async [Symbol.asyncDispose]() {
      this.disposed = true
    },
  }
}

describe('createNodeListener, the request', () => {
  test('createNodeListener passes on method, target, headers and length', async () => {
    let seen: unknown[] = []
    await using server = await serve(async ({ method, target, header, contentLength }) => {
      seen = [method, target, header('x-wopi-LOCK'), header('X-Empty'), contentLength]
      return { status: 200, headers: {} }
    })

    const headers = { 'X-WOPI-Lock': 'l1', 'X-Empty': '' }
    await fetch(`${server.origin}${TARGET}`, { method: 'POST', headers, body: 'four' })

    assert.deepEqual(seen, ['POST', TARGET, 'l1', undefined, 4])
  })

  test('createNodeListener accepts a whole address as target, and uses its path', async () => {
    const seen: string[] = []
    await using server = await serve(async ({ target }) => {
      seen.push(target)
      return { status: 200, headers: {} }
    })
    const raw = await openRawHttp(server.port)

    for (const scheme of ['http', 'HTTPS'])
      await raw.write(`GET ${scheme}://docs.example:8443${TARGET} HTTP/1.1\r\nHost: x\r\n\r\n`)
    await raw.reply()
    await raw.reply()
    raw.destroy()

    assert.deepEqual(seen, [TARGET, TARGET])
  })

  test('createNodeListener begins a pipelined request once the one before is answered', async () => {
    const order: string[] = []
    const first = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    await using server = await serve(async ({ target }) => {
      order.push(`begin ${target}`)
      begun.resolve()
      if (target.endsWith('/a')) await first.promise
      order.push(`end ${target}`)
      return { status: 200, headers: {} }
    })
    const raw = await openRawHttp(server.port)

    await raw.write(['a', 'b', 'c'].map((id) => requestHead('POST', `/wopi/files/${id}`)).join(''))
    await begun.promise
    first.resolve()
    for (let reply = 0; reply < 3; reply++) await raw.reply()
    raw.destroy()

    const steps = ['a', 'b', 'c'].flatMap((id) => [
      `begin /wopi/files/${id}`,
      `end /wopi/files/${id}`,
    ])
    assert.deepEqual(order, steps)
  })

  test('createNodeListener continues with a connection after a failed request', async () => {
    await using server = await serve(async ({ target, body }) => {
      if (target.endsWith('/a')) throw new Error('broken')
      return text(200, String((await readAll(body)).length))
    })
    const other = await openRawHttp(server.port)

    await other.write(requestHead('POST', '/wopi/files/b'))

    assert.equal((await other.reply()).status, 200)
    other.destroy()
  })

  test('createNodeListener ends a connection on which far more requests arrive than replies are read', async () => {
    const never = Promise.withResolvers<HostReply>()
    await using server = await serve(() => never.promise)
    const raw = await openRawHttp(server.port)

    await raw.write(requestHead('GET', TARGET).repeat(PIPELINED_MAX + 1))

    await raw.closed()
    never.resolve({ status: 200, headers: {} })
  })

  test('createNodeListener answers a client that has ended its own side of the connection', async () => {
    const asked = Promise.withResolvers<void>()
    await using server = await serve(async ({ body }) => {
      const bytes = await readAll(body)
      await asked.promise
      return text(200, bytes.toString())
    })
    const raw = await openRawHttp(server.port)
    raw.socket.end(`${requestHead('POST', TARGET, { 'Content-Length': '4' })}four`)
    raw.socket.once('finish', () => setImmediate(asked.resolve))

    const reply = await raw.reply()

    assert.equal(reply.body.toString(), 'four')
    raw.destroy()
  })

  test('createNodeListener passes on the whole body, however it is split', async () => {
    const content = Buffer.alloc(3 * MIB, 'wopi')
    await using server = await serve(async ({ body }) => {
      const bytes = await readAll(body)
      return text(200, String(bytes.equals(content)))
    })

    const reply = await fetch(`${server.origin}${TARGET}`, { method: 'POST', body: content })

    assert.equal(await reply.text(), 'true')
  })

  test('createNodeListener holds the client back when the consumer is slow', async () => {
    const consumer = Promise.withResolvers<void>()
    await using server = await serve(async ({ body }) => {
      const bytes = body[Symbol.asyncIterator]()
      await bytes.next()
      await consumer.promise
      for (;;) if ((await bytes.next()).done) return text(200, 'done')
    })
    const requested = once(server.server, 'request')
    const client = await openRawHttp(server.port)
    const length = 64 * MIB

    await client.write(requestHead('POST', TARGET, { 'Content-Length': length }))
    const written = client.write(Buffer.alloc(length))
    const [request] = await requested
    const first = await Promise.race([
      written.then(() => 'all was taken'),
      until(() => request.isPaused()).then(() => 'held back'),
    ])
    const taken = request.socket.bytesRead
    consumer.resolve()

    assert.equal((await client.reply()).body.toString(), 'done')
    assert.equal(first, 'held back')
    assert.ok(taken < 4 * MIB, `${taken} bytes were taken`)
    client.destroy()
  })

  test('createNodeListener makes the body throw when the connection breaks before its end', async () => {
    const outcome = Promise.withResolvers<unknown>()
    await using server = await serve(async ({ body, signal }) => {
      const error = await readAll(body).then(
        () => 'ended',
        (reason) => reason,
      )
      outcome.resolve([error, signal.aborted])
      return { status: 400, headers: {} }
    })
    const client = await openRawHttp(server.port)

    await client.write(requestHead('POST', TARGET, { 'Content-Length': 10 }))
    await client.write('five!')
    client.socket.end()

    const [error] = (await outcome.promise) as [WopiError, boolean]
    assert.equal(error.code, 'BODY_INVALID')
    assert.match(error.message, /broke before the end of the body/)
  })

  test('createNodeListener makes a chunked body throw when its last chunk is missing', async () => {
    const outcome = Promise.withResolvers<unknown>()
    await using server = await serve(async ({ body }) => {
      outcome.resolve(await readAll(body).catch((reason) => reason.code))
      return { status: 400, headers: {} }
    })
    const client = await openRawHttp(server.port)

    await client.write(requestHead('POST', TARGET, { 'Transfer-Encoding': 'chunked' }))
    await client.write('5\r\nfive!\r\n')
    client.socket.end()

    assert.equal(await outcome.promise, 'BODY_INVALID')
  })

  test('createNodeListener aborts the signal when the client leaves', async () => {
    const arrived = Promise.withResolvers<void>()
    const left = Promise.withResolvers<void>()
    await using server = await serve(async ({ signal }) => {
      signal.addEventListener('abort', () => left.resolve())
      arrived.resolve()
      await left.promise
      return { status: 200, headers: {} }
    })
    const client = await openRawHttp(server.port)

    await client.write(requestHead('GET', TARGET))
    await arrived.promise
    client.socket.resetAndDestroy()

    await left.promise
  })

  test('createNodeListener gives up on a client that has ended its side when the reply takes too long', async () => {
    const arrived = Promise.withResolvers<void>()
    const left = Promise.withResolvers<void>()
    const timers = createTestTimers()
    await using server = await serve(
      async ({ signal }) => {
        signal.addEventListener('abort', () => left.resolve())
        arrived.resolve()
        await left.promise
        return { status: 200, headers: {} }
      },
      { timers },
    )
    const ended = Promise.withResolvers<void>()
    server.server.on('connection', (socket) => socket.once('end', ended.resolve))
    const client = await openRawHttp(server.port)

    await client.write(requestHead('GET', TARGET))
    await arrived.promise
    client.socket.end()
    await ended.promise
    timers.advance(HALF_OPEN_MAX_MS)

    await left.promise
    client.destroy()
  })

  test('createNodeListener does not abort the signal of an answered request', async () => {
    let signal: AbortSignal | undefined
    await using server = await serve(async (request) => {
      signal = request.signal
      return text(200, 'x')
    })

    await (await fetch(`${server.origin}${TARGET}`)).text()

    assert.equal(signal?.aborted, false)
  })

  test('createNodeListener passes requests for other paths to next', async () => {
    const listener = createNodeListener({
      handler: echo,
      log: createTestLog(),
      basePath: '/office',
    })
    await using server = await listenOn((request, response) => {
      listener(request, response, () => response.end('next'))
    })

    const bodies = await Promise.all(
      ['/', '/wopi/files/a', '/office/other', '/office/wopi/files/a'].map(async (path) =>
        (await fetch(`${server.origin}${path}`)).text(),
      ),
    )

    assert.deepEqual(bodies, ['next', 'next', 'next', ''])
  })
})

describe('createNodeListener, slow clients', () => {
  test('createNodeListener refuses a body that arrives too slowly, and says why', async () => {
    const timers = createTestTimers()
    const pulled = Promise.withResolvers<void>()
    await using server = await serve(
      async ({ body }) => {
        const bytes = body[Symbol.asyncIterator]()
        await bytes.next()
        const waiting = bytes.next()
        pulled.resolve()
        const error = await waiting.catch((reason) => reason)
        return text(error.status, error.message)
      },
      { timers },
    )
    const client = await openRawHttp(server.port)

    await client.write(requestHead('POST', TARGET, { 'Content-Length': 1000 }))
    await client.write('slow')
    await pulled.promise
    timers.advance(BODY_RATE_WINDOW_MS)
    const reply = await client.reply()

    assert.equal(reply.status, 400)
    assert.match(reply.body.toString(), /too slowly/)
    client.destroy()
  })

  test('createNodeListener waits as long as the bytes arrive fast enough', async () => {
    const timers = createTestTimers()
    let pulled = Promise.withResolvers<void>()
    await using server = await serve(
      async ({ body }) => {
        let length = 0
        for await (const bytes of body) {
          length += bytes.length
          pulled.resolve()
        }
        return text(200, String(length))
      },
      { timers },
    )
    const client = await openRawHttp(server.port)
    const windows = 20
    const piece = Buffer.alloc(40 * 1024)

    await client.write(requestHead('POST', TARGET, { 'Content-Length': windows * piece.length }))
    for (let i = 0; i < windows; i++) {
      pulled = Promise.withResolvers()
      await client.write(piece)
      await pulled.promise
      timers.advance(BODY_RATE_WINDOW_MS)
    }

    assert.equal((await client.reply()).body.toString(), String(windows * piece.length))
    client.destroy()
  })

  test('createNodeListener cuts a client that does not read its reply', async () => {
    const timers = createTestTimers()
    const opened = openedOf(endless())
    async function* endless() {
      for (;;) yield Buffer.alloc(MIB)
    }
    await using server = await serve(async () => ({ status: 200, headers: {}, body: opened }), {
      timers,
    })
    const client = await openRawHttp(server.port)
    client.socket.pause()

    await client.write(requestHead('GET', TARGET))
    await until(() => timers.pending > 0)
    timers.advance(24 * 60 * 60 * 1000)
    client.socket.resume()
    await client.closed()

    assert.equal(opened.disposed, true)
  })
})

/** Lets the event loop turn until something is so. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

describe('createNodeListener, a refusal before the end of the body', () => {
  test('createNodeListener delivers a refusal to a client that writes 32 MB before it reads', async () => {
    await using server = await serve(refuse)
    const client = await openRawHttp(server.port)
    const length = 32 * MIB

    await client.write(requestHead('POST', TARGET, { 'Content-Length': length }))
    client.socket.pause()
    await client.write(Buffer.alloc(length))
    client.socket.resume()
    const reply = await client.reply()
    await client.closed()

    assert.equal(reply.status, 400)
    assert.equal(reply.headers['x-wopi-uploadsessioncurrentoffset'], '7')
    assert.equal(reply.headers.connection, 'close')
  })

  test('createNodeListener writes a refusal before the rest of the body arrives', async () => {
    await using server = await serve(async ({ body }) => {
      for await (const _ of body) break
      return text(409, 'locked')
    })
    const client = await openRawHttp(server.port)

    await client.write(requestHead('POST', TARGET, { 'Content-Length': MIB }))
    await client.write('begin')
    const reply = await client.reply()

    assert.deepEqual([reply.status, reply.body.toString()], [409, 'locked'])
    client.destroy()
  })

  test('createNodeListener uses the connection again after a short rest', async () => {
    await using server = await serve(async (request) => {
      return request.method === 'POST' ? refuse(request) : text(200, 'again')
    })
    const client = await openRawHttp(server.port)

    await client.write(requestHead('POST', TARGET, { 'Content-Length': 1000 }))
    const refusal = await client.reply()
    await client.write(Buffer.alloc(1000))
    await client.write(requestHead('GET', TARGET))
    const next = await client.reply()

    assert.equal(refusal.headers.connection, 'keep-alive')
    assert.equal(next.body.toString(), 'again')
    client.destroy()
  })

  test('createNodeListener stops reading a refused body after a time limit', async () => {
    const timers = createTestTimers()
    await using server = await serve(refuse, { timers })
    const client = await openRawHttp(server.port)

    await client.write(requestHead('POST', TARGET, { 'Content-Length': MIB }))
    await client.reply()
    timers.advance(DISCARD_MAX_MS)

    await client.closed()
  })

  test('createNodeListener stops reading an endless refused body', async () => {
    await using server = await serve(refuse)
    const client = await openRawHttp(server.port)
    const block = Buffer.alloc(MIB)

    await client.write(requestHead('POST', TARGET, { 'Content-Length': 1024 * MIB }))
    const flood = (async () => {
      for (let i = 0; i < 1024; i++) await client.write(block)
    })()

    await assert.rejects(flood)
  })
})

describe('createNodeListener, Expect: 100-continue', () => {
  const headers = { 'Content-Length': 5, Expect: '100-continue' }

  test('createNodeListener asks for the body only when the handler reads it', async () => {
    await using server = await serve(echo)
    const client = await openRawHttp(server.port)

    await client.write(requestHead('POST', TARGET, headers))
    const asked = await client.reply()
    await client.write('hello')
    const reply = await client.reply()

    assert.equal(asked.status, 100)
    assert.equal(reply.body.toString(), 'hello')
    client.destroy()
  })

  test('createNodeListener refuses without asking for the body', async () => {
    await using server = await serve(refuse)
    const client = await openRawHttp(server.port)

    await client.write(requestHead('POST', TARGET, headers))
    const reply = await client.reply()

    assert.equal(reply.status, 400)
    client.destroy()
  })

  test('configureServer asks at once for bodies of requests to other paths', async () => {
    await using server = await listenOn(
      (request, response) => request.pipe(response),
      (server) => configureServer(server, () => false),
    )
    const client = await openRawHttp(server.port)

    await client.write(requestHead('POST', '/other', headers))
    const asked = await client.reply()

    assert.equal(asked.status, 100)
    client.destroy()
  })
})

describe('createNodeListener, the reply', () => {
  test('createNodeListener sends Content-Length when the length is known, and disposes the body', async () => {
    const opened = openedOf(pieces('ab', 'cd'))
    await using server = await serve(async () => ({
      status: 200,
      headers: { 'X-A': 'b' },
      body: opened,
      contentLength: 4,
    }))

    const reply = await fetch(`${server.origin}${TARGET}`)

    assert.equal(await reply.text(), 'abcd')
    assert.equal(reply.headers.get('Content-Length'), '4')
    assert.equal(reply.headers.get('X-A'), 'b')
    assert.equal(opened.disposed, true)
  })

  test('createNodeListener sends an empty reply with Content-Length 0', async () => {
    await using server = await serve(async () => ({ status: 409, headers: {} }))

    const reply = await fetch(`${server.origin}${TARGET}`)

    assert.deepEqual([reply.status, reply.headers.get('Content-Length')], [409, '0'])
  })

  test('createNodeListener cuts the connection when the body breaks off', async () => {
    const log = createTestLog()
    const opened = openedOf(breaking())
    async function* breaking() {
      yield Buffer.from('half')
      throw new Error('the disk broke')
    }
    await using server = await serve(
      async () => ({ status: 200, headers: {}, body: opened, contentLength: 8 }),
      { log },
    )

    const received = fetch(`${server.origin}${TARGET}`).then((reply) => reply.text())

    await assert.rejects(received)
    assert.equal(opened.disposed, true)
    assert.deepEqual(log.lines[0]?.message, 'A reply broke off')
  })

  test('createNodeListener cuts the connection when the body is shorter than announced', async () => {
    await using server = await serve(async () => ({
      status: 200,
      headers: {},
      body: openedOf(pieces('abc')),
      contentLength: 4,
    }))

    const received = fetch(`${server.origin}${TARGET}`).then((reply) => reply.text())

    await assert.rejects(received)
  })

  test('createNodeListener disposes the body when the client left before it was sent', async () => {
    const opened = openedOf(pieces('never'))
    const arrived = Promise.withResolvers<void>()
    const over = Promise.withResolvers<void>()
    await using server = await serve(async ({ signal }) => {
      const left = once(signal, 'abort')
      arrived.resolve()
      await left
      setImmediate(over.resolve)
      return { status: 200, headers: {}, body: opened }
    })
    const client = await openRawHttp(server.port)

    await client.write(requestHead('GET', TARGET))
    await arrived.promise
    client.socket.resetAndDestroy()
    await over.promise

    assert.equal(opened.disposed, true)
  })

  test('createNodeListener keeps a connection for the next request', async () => {
    await using server = await serve(echo)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<number | undefined>()

    for (const body of ['one', 'two', 'three']) {
      const request = httpRequest(`${server.origin}${TARGET}`, { method: 'POST', agent })
      request.end(body)
      const [reply] = await once(request, 'response')
      ports.add(request.socket?.localPort)
      assert.equal((await readAll(reply)).toString(), body)
    }

    assert.equal(ports.size, 1)
    agent.destroy()
  })

  test('createNodeListener answers 503 and ends connections while the host is closing', async () => {
    await using server = await serve(echo, { closing: () => true })

    const reply = await fetch(`${server.origin}${TARGET}`)

    assert.equal(reply.status, 503)
    assert.equal(reply.headers.get('X-Wopikit-FailureCode'), 'SHUTTING_DOWN')
    assert.equal(reply.headers.get('Connection'), 'close')
  })
})

describe('createNodeListener, the record', () => {
  test('createNodeListener reports every request, without its token', async () => {
    const told = Promise.withResolvers<RequestRecord>()
    await using server = await serve(
      async (request) => ({ ...(await echo(request)), operation: 'PutFile' }),
      { onRequest: told.resolve },
    )

    const headers = { 'X-WOPI-CorrelationId': 'c1', Authorization: 'Bearer secret' }
    await fetch(`${server.origin}${TARGET}`, { method: 'POST', headers, body: 'four' })
    const record = await told.promise

    assert.deepEqual(
      { ...record, durationMs: 0 },
      {
        method: 'POST',
        path: '/wopi/files/a',
        operation: 'PutFile',
        status: 200,
        bytesIn: 4,
        bytesOut: 4,
        durationMs: 0,
        aborted: false,
        correlationId: 'c1',
      },
    )
    assert.equal(JSON.stringify(record).includes('secret'), false)
  })

  test('createNodeListener reports a client that left', async () => {
    const told = Promise.withResolvers<RequestRecord>()
    const arrived = Promise.withResolvers<void>()
    await using server = await serve(
      async ({ body }) => {
        arrived.resolve()
        return echo({ body } as HostRequest).catch(() => ({ status: 400, headers: {} }))
      },
      { onRequest: told.resolve },
    )
    const client = await openRawHttp(server.port)

    await client.write(requestHead('POST', TARGET, { 'Content-Length': 5 }))
    await arrived.promise
    client.destroy()

    assert.equal((await told.promise).aborted, true)
  })
})

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of texts) yield Buffer.from(piece)
}

test('createNodeListener answers at once when other code has read the body', async () => {
  const listener = createNodeListener({
    handler: async ({ body }) => {
      const error = await readAll(body).catch((reason) => reason)
      assert.ok(error instanceof WopiError)
      return text(error.status, `${error.code}: ${error.message}`)
    },
    log: createTestLog(),
  })
  await using server = await listenOn(async (request, response) => {
    await readAll(request)
    listener(request, response)
  })

  const reply = await fetch(`${server.origin}${TARGET}`, { method: 'POST', body: 'consumed' })

  assert.equal(reply.status, 500)
  assert.match(await reply.text(), /^BODY_CONSUMED: .*express\.raw/)
})
