import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { createTestLog, listenOn } from '../../test/helpers/http-server.ts'
import { openRawHttp } from '../../test/helpers/raw-http.ts'
import { configureServer } from './configure-server.ts'
import { HEADERS_TIMEOUT_MS, KEEP_ALIVE_TIMEOUT_MS } from './limits.ts'
import { createNodeListener } from './node-listener.ts'
import { warnOnce } from './server-check.ts'

const answer = async () => ({ status: 200, headers: {} })

test('configureServer limits how long headers take, but not how long a request takes', () => {
  const server = createServer()

  configureServer(server, () => true)

  assert.equal(server.requestTimeout, 0)
  assert.equal(server.timeout, 0)
  assert.equal(server.headersTimeout, HEADERS_TIMEOUT_MS)
  assert.equal(server.keepAliveTimeout, KEEP_ALIVE_TIMEOUT_MS)
})

test('configureServer lets Node cut a client whose headers take too long', async () => {
  const server = createServer({ connectionsCheckingInterval: 5 }, () => {})
  configureServer(server, () => true)
  server.headersTimeout = 10
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const client = await openRawHttp(port)

  await client.write('GET /wopi/files/a HTTP/1.1\r\nX-Slow: l')
  const answered = await client.closed()
  server.close()

  assert.match(answered.toString(), /^HTTP\/1\.1 408/)
})

test('configureServer accepts longer headers than Node does by default', async () => {
  const listener = createNodeListener({ handler: answer, log: createTestLog() })
  await using server = await listenOn(listener, (s) => configureServer(s, () => true))
  await using plain = await listenOn(listener)
  const headers = { 'X-Long': 'x'.repeat(30_000) }

  const [configured, unconfigured] = await Promise.all(
    [server, plain].map(({ origin }) => fetch(`${origin}/wopi/files/a`, { headers })),
  )

  assert.deepEqual([configured?.status, unconfigured?.status], [200, 431])
})

test('configureServer keeps a listener that already handles Expect', () => {
  const server = createServer()
  server.on('checkContinue', () => {})

  configureServer(server, () => true)

  assert.equal(server.listenerCount('checkContinue'), 1)
})

test('warnOnce warns once about a server that cuts uploads', async () => {
  const log = createTestLog()
  const listener = createNodeListener({ handler: answer, log })
  await using server = await listenOn(warnOnce(listener, { log, basePath: '' }))

  await fetch(`${server.origin}/wopi/files/a`)
  await fetch(`${server.origin}/wopi/files/a`)

  assert.deepEqual(
    log.lines.map(({ level, fields }) => [level, fields]),
    [['warn', { requestTimeoutMs: 300_000 }]],
  )
})

test('warnOnce does not warn about a configured server', async () => {
  const log = createTestLog()
  const listener = createNodeListener({ handler: answer, log })
  await using server = await listenOn(warnOnce(listener, { log, basePath: '' }), (s) =>
    configureServer(s, () => true),
  )

  await fetch(`${server.origin}/wopi/files/a`)

  assert.deepEqual(log.lines, [])
})

test('warnOnce warns about a router whose path is not the base path', async () => {
  const log = createTestLog()
  const listener = createNodeListener({ handler: answer, log })
  const warned = warnOnce(listener, { log, basePath: '' })
  await using server = await listenOn(
    (request, response) => {
      const routed = Object.assign(request, { baseUrl: '/office', originalUrl: '/office/wopi/a' })
      warned(routed, response, () => response.end())
    },
    (s) => configureServer(s, () => true),
  )

  await fetch(`${server.origin}/office/wopi/a`)

  assert.match(log.lines[0]?.message ?? '', /give createHost that basePath/)
})
