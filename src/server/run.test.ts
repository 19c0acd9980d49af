import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createTestTimers, type TestTimers } from '../../test/helpers/http-server.ts'
import { openRawHttp, type RawHttp, requestHead } from '../../test/helpers/raw-http.ts'
import { systemTimers } from '../http/timers.ts'
import type { Permission } from '../ports/access.ts'
import { type Config, readConfig } from './config.ts'
import { ServerError } from './errors.ts'
import { createLog } from './logging.ts'
import { openAdmin } from './open-admin.ts'
import { type RunningServer, startServer } from './run.ts'
import { readServing } from './serving-record.ts'

/** A server with a data folder of its own, and its log lines. */
interface TestRun extends AsyncDisposable {
  server: RunningServer
  config: Config
  port: number
  lines: string[]
  token(...permissions: Permission[]): Promise<string>
}

async function run(
  settings: Record<string, unknown> = {},
  options: { timers?: TestTimers; data?: string } = {},
): Promise<TestRun> {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'wopikit-run-')))
  const config = readConfig({ file: { port: 0, data, ...settings } })
  const lines: string[] = []
  const log = createLog('debug', { write: (line) => lines.push(line) })
  const server = await startServer(config, { log, timers: options.timers ?? systemTimers })
  return {
    server,
    config,
    port: Number(new URL(server.url).port),
    lines,
    async token(...permissions) {
      const minted = await server.access.mint({
        fileId: server.sampleFileId,
        userId: 'ada',
        displayName: 'Ada',
        permissions: permissions.length > 0 ? permissions : ['write'],
        ttlMs: 60_000,
      })
      return minted.accessToken
    },
    async [Symbol.asyncDispose]() {
      server.cut()
      await server.close()
      await rm(data, { recursive: true })
    },
  }
}

describe('startServer', () => {
  test('startServer answers /health, and serves the sample document with a new token', async () => {
    await using started = await run()
    const { server } = started

    const health = await fetch(`${server.url}/health`)
    const source = server.host.wopiSrc(server.sampleFileId)
    const info = await fetch(`${source}?access_token=${await started.token()}`)
    const content = await fetch(`${source}/contents?access_token=${await started.token('read')}`)

    assert.deepEqual([health.status, await health.json()], [200, { status: 'ok' }])
    const { BaseFileName, Size } = (await info.json()) as { BaseFileName: string; Size: number }
    assert.equal(BaseFileName, 'Welcome to wopikit.docx')
    assert.equal((await content.arrayBuffer()).byteLength, Size)
  })

  test('startServer keeps its key and documents across restarts', async () => {
    const first = await run()
    const token = await first.token()
    const document = { name: 'a.txt', ownerId: 'a', content: empty }
    const { fileId } = await first.server.host.admin.add(document)
    await first.server.close()

    await using second = await run({}, { data: first.config.data })
    const source = second.server.host.wopiSrc(second.server.sampleFileId)
    const reply = await fetch(`${source}?access_token=${token}`)

    assert.equal(reply.status, 200)
    assert.equal((await second.server.host.admin.find(fileId))?.name, 'a.txt')
  })

  test('startServer refuses tokens of another data folder', async () => {
    await using one = await run()
    await using other = await run()

    const source = other.server.host.wopiSrc(other.server.sampleFileId)
    const reply = await fetch(`${source}?access_token=${await one.token()}`)

    assert.equal(reply.status, 401)
  })

  test('startServer records its address and retention for commands beside it', async () => {
    await using started = await run({ historyStates: 3, basePath: '/office' })
    const file = await readServing(started.config.data)
    const config = readConfig({ file: { ...file, data: started.config.data } })
    await using admin = await openAdmin(config, { create: false })

    assert.equal(admin.wopiSrc('x'), `${started.server.url}/office/wopi/files/x`)
    assert.equal(config.historyStates, 3)
    assert.equal(config.garbageDelay, started.config.garbageDelay)
  })

  test('startServer has no trial sign-in unless it is switched on', async () => {
    await using started = await run()

    const replies = await Promise.all(
      ['/oauth/authorize', '/oauth/token', '/wopibootstrapper'].map((path) =>
        fetch(`${started.server.url}${path}`),
      ),
    )

    assert.deepEqual(
      replies.map(({ status }) => status),
      [404, 404, 501],
    )
  })

  test('startServer sends clients the page addresses of its settings', async () => {
    const page = 'https://app.example'
    await using started = await run({
      viewUrl: `${page}/view/{fileId}`,
      editUrl: `${page}/edit/{fileId}/{name}`,
      shareUrl: `${page}/share/{type}?f={fileId}&c={containerId}`,
      postMessageOrigin: page,
    })
    const source = started.server.host.wopiSrc(started.server.sampleFileId)

    const info = await fetch(`${source}?access_token=${await started.token('write')}`)

    assert.partialDeepStrictEqual(await info.json(), {
      HostViewUrl: `${page}/view/welcome`,
      HostEditUrl: `${page}/edit/welcome/Welcome%20to%20wopikit.docx`,
      SupportedShareUrlTypes: ['ReadOnly', 'ReadWrite'],
      PostMessageOrigin: page,
    })
  })

  test('startServer lets clients browse the tree, unless containers is off', async () => {
    const promised: unknown[] = []
    for (const containers of [true, false]) {
      await using started = await run({ containers })
      const source = started.server.host.wopiSrc(started.server.sampleFileId)
      const token = await started.token('read', 'browse')
      const info = await fetch(`${source}?access_token=${token}`)
      const ancestors = await fetch(`${source}/ancestry?access_token=${token}`)
      promised.push([(await info.json()).SupportsContainers, ancestors.status])
    }

    assert.deepEqual(promised, [
      [true, 200],
      [false, 501],
    ])
  })

  test('startServer names a port that is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo

    await assert.rejects(
      run({ port }),
      (error) =>
        error instanceof ServerError && error.code === 'PORT_TAKEN' && error.fix.includes('--port'),
    )
    taken.close()
  })

  test('startServer leaves nothing open when it cannot create the host', async () => {
    const data = await mkdtemp(join(tmpdir(), 'wopikit-run-'))
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    taken.close()
    await once(taken, 'close')
    const config = { ...readConfig({ file: { port, data } }), publicUrl: 'nowhere' }
    const log = createLog('silent', { write: () => {} })

    await assert.rejects(startServer(config, { log }), TypeError)

    const again = createServer().listen(port, '127.0.0.1')
    await once(again, 'listening')
    again.close()
    await rm(data, { recursive: true })
  })

  test('startServer accepts 6 KB of headers and a token of 8 KB', async () => {
    await using started = await run()
    const source = started.server.host.wopiSrc(started.server.sampleFileId)
    const headers = { 'X-WOPI-CoauthLockMetadata': 'm'.repeat(6 * 1024) }

    const reply = await fetch(`${source}?access_token=${'t'.repeat(8 * 1024)}`, { headers })

    assert.equal(reply.status, 401)
  })

  test('startServer refuses endless headers', async () => {
    await using started = await run()
    const client = await openRawHttp(started.port)

    await client.write(`GET / HTTP/1.1\r\nX-Long: ${'x'.repeat(70 * 1024)}`).catch(() => {})
    const answer = await client.waitFor('431')

    assert.match(answer, /^HTTP\/1\.1 431/)
    client.destroy()
  })
})

describe('closing a server', () => {
  let started: TestRun
  let timers: TestTimers
  let client: RawHttp
  let target: string
  before(async () => {
    timers = createTestTimers()
  })
  after(() => client.destroy())

  /** Makes the server begin a request, and wait for its body. */
  async function beginPut(): Promise<void> {
    const token = await started.token()
    target = `/wopi/files/${started.server.sampleFileId}`
    const lock = { 'X-WOPI-Lock': 'l1' }
    client = await openRawHttp(started.port)
    const headers = { 'X-WOPI-Override': 'LOCK', ...lock, 'Content-Length': 0 }
    await client.write(requestHead('POST', `${target}?access_token=${token}`, headers))
    await client.reply()
    const put = { 'X-WOPI-Override': 'PUT', ...lock, 'Content-Length': 4, Expect: '100-continue' }
    await client.write(requestHead('POST', `${target}/contents?access_token=${token}`, put))
    await client.waitFor('100 Continue')
    await client.reply()
  }

  test('close lets a request in progress finish, and accepts no new one', async () => {
    started = await run({}, { timers })
    await beginPut()

    const closed = started.server.close()
    const refused = await fetch(`${started.server.url}/health`).catch(() => 'refused')
    await client.write('done')
    const reply = await client.reply()
    await closed

    assert.equal(refused, 'refused')
    assert.equal(reply.status, 200)
    assert.equal(reply.headers.connection, 'close')
    await using admin = await openAdmin(started.config, { create: false })
    assert.equal((await admin.find(started.server.sampleFileId))?.size, 4)
  })

  test('close cuts a request that takes longer than the grace time', async () => {
    started = await run({ shutdownGrace: '5s' }, { timers })
    await beginPut()

    const closed = started.server.close()
    timers.advance(5000)
    await closed
    await client.closed()

    await using admin = await openAdmin(started.config, { create: false })
    assert.notEqual((await admin.find(started.server.sampleFileId))?.size, 4)
  })
})

test('each request gets one log line, and no line holds a token', async () => {
  await using started = await run()
  const token = await started.token()
  const source = started.server.host.wopiSrc(started.server.sampleFileId)
  const headers = {
    'X-WOPI-Override': 'CREATE_UPLOAD_SESSION',
    'X-WOPI-CorrelationId': 'corr-1',
    'X-Request-ID': 'req-1',
    'X-WOPI-SessionId': 'sess-1',
    Authorization: `Bearer ${token}`,
  }

  const created = await fetch(`${source}?access_token=${token}`, { method: 'POST', headers })
  const { UploadSessionToken } = (await created.json()) as { UploadSessionToken: string }
  const update = {
    'X-WOPI-Override': 'UPDATE_UPLOAD_SESSION',
    'X-WOPI-UploadSessionToken': UploadSessionToken,
    'X-WOPI-ContentRangeOffset': '5',
    'X-WOPI-ContentRangeLength': '1',
  }
  await fetch(`${source}?access_token=${token}`, { method: 'POST', headers: update, body: 'x' })
  await fetch(`${source}?access_token=${token}x`)
  await started.server.close()

  const logged = started.lines.map((line) => JSON.parse(line))
  const requests = logged.filter(({ msg }) => msg === 'request')
  assert.deepEqual(
    requests.map(({ operation, status, path }) => [operation, status, path]),
    [
      ['CreateUploadSession', 200, `/wopi/files/${started.server.sampleFileId}`],
      ['UpdateUploadSession', 400, `/wopi/files/${started.server.sampleFileId}`],
      ['CheckFileInfo', 401, `/wopi/files/${started.server.sampleFileId}`],
    ],
  )
  const [first, second] = requests
  assert.deepEqual(
    [first.correlationId, first.requestId, first.sessionId, first.level],
    ['corr-1', 'req-1', 'sess-1', 'info'],
  )
  assert.match(second.failureReason, /start/)
  assert.equal(second.failureCode, 'OFFSET_MISMATCH')
  const all = started.lines.join('')
  for (const secret of [token, UploadSessionToken]) assert.equal(all.includes(secret), false)
})

async function* empty(): AsyncGenerator<Uint8Array> {}
