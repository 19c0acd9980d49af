import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import express from 'express'
import { fastify } from 'fastify'
import { createContentServices } from '../../src/content/create-content.ts'
import { createHost, type Host } from '../../src/http/create-host.ts'
import { createMemoryBlobStore } from '../../src/stores/blobs/memory.ts'
import { createMemoryMetadataStore } from '../../src/stores/metadata/sqlite/in-memory.ts'
import { addDocument } from '../helpers/add-document.ts'
import { createTestLog } from '../helpers/http-server.ts'
import { chunkFrames, putBody, testBytes } from '../helpers/test-host.ts'

const MIB = 1024 * 1024
const FILE_ID = 'Report_1'
const OCTETS = 'application/octet-stream'

/** How an application calls a host, and how a test calls the application. */
interface Mounted {
  send(path: string, init?: RequestInit): Promise<Response>
  /** An application's own route, which must go on working. */
  close(): Promise<void>
}

type Mount = (host: Host, basePath: string) => Promise<Mounted>

const MOUNTS: Record<string, Mount> = {
  'node:http': async (host) => {
    const server = createServer((request, response) => {
      host.node(request, response, () => response.end('own'))
    })
    return listen(server, host)
  },

  'Express, app.use(host.node)': async (host) => {
    const app = express()
    app.use(host.node)
    app.use(express.json())
    app.get('/own', (_, response) => void response.send('own'))
    return listen(createServer(app), host)
  },

  'Express, app.use(basePath, host.node)': async (host, basePath) => {
    const app = express()
    app.use(basePath === '' ? '/' : basePath, host.node)
    app.get('/own', (_, response) => void response.send('own'))
    return listen(createServer(app), host)
  },

  'Fastify, registered with a prefix': async (host, prefix) => {
    const app = fastify()
    await app.register(host.fastify, { prefix })
    app.get('/own', async () => 'own')
    await app.listen({ port: 0, host: '127.0.0.1' })
    host.configureServer(app.server)
    return mounted(app.server, () => app.close())
  },

  'Fastify, registered without a prefix': async (host) => {
    const app = fastify()
    await app.register(host.fastify)
    app.get('/own', async () => 'own')
    await app.listen({ port: 0, host: '127.0.0.1' })
    host.configureServer(app.server)
    return mounted(app.server, () => app.close())
  },

  'Fetch handler': async (host) => ({
    send(path, init) {
      const url = `http://localhost${path}`
      if (path === '/own') return Promise.resolve(new Response('own'))
      return host.fetch(new Request(url, { duplex: 'half', ...init } as RequestInit))
    },
    close: async () => {},
  }),
}

async function listen(server: Server, host: Host): Promise<Mounted> {
  host.configureServer(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return mounted(server, async () => {
    server.close()
    server.closeAllConnections()
  })
}

function mounted(server: Server, close: () => Promise<unknown>): Mounted {
  const { port } = server.address() as AddressInfo
  return {
    send: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
    close: async () => {
      await close()
    },
  }
}

async function createMountedHost(basePath: string): Promise<Host> {
  const stores = { metadata: createMemoryMetadataStore(), blobs: createMemoryBlobStore() }
  await addDocument(createContentServices(stores), {
    fileId: FILE_ID,
    name: 'Report.docx',
    ownerId: 'ada',
    content: empty(),
  })
  return createHost({
    ...stores,
    publicUrl: 'https://docs.example.com',
    basePath,
    log: createTestLog(),
    access: {
      async authenticate(token) {
        if (token !== 'good') return undefined
        const permissions = new Set(['write'] as const)
        return { userId: 'ada', displayName: 'Ada', permissions, expiresAt: 0 }
      },
      issue: async () => ({ accessToken: 'good', accessTokenTtl: 0 }),
    },
    signIn: {
      authorizationUri: 'https://app.example/authorize',
      tokenIssuanceUri: 'https://app.example/token',
      authenticate: async () => undefined,
    },
  })
}

function blobOf(bytes: Uint8Array): Blob {
  return new Blob([new Uint8Array(bytes)])
}

async function* empty(): AsyncGenerator<Uint8Array> {}

for (const basePath of ['', '/office']) {
  for (const [name, mount] of Object.entries(MOUNTS)) {
    const place = basePath === '' ? 'at the root' : `below ${basePath}`
    describe(`A host in ${name}, ${place}`, () => describeMount(mount, basePath))
  }
}

function describeMount(mount: Mount, basePath: string): void {
  let host: Host
  let app: Mounted
  before(async () => {
    host = await createMountedHost(basePath)
    app = await mount(host, basePath)
  })
  after(async () => {
    await app.close()
    await host.close()
  })

  const file = `${basePath}/wopi/files/${FILE_ID}`
  const get = (path: string) => app.send(`${path}?access_token=good`)
  const post = (
    path: string,
    override: string,
    { headers, body }: { headers?: Record<string, string>; body?: BodyInit } = {},
  ) =>
    app.send(`${path}?access_token=good`, {
      method: 'POST',
      headers: { 'X-WOPI-Override': override, ...headers },
      body: body ?? null,
    })

  test('the bootstrapper tells clients where to sign in', async () => {
    const reply = await app.send(`${basePath}/wopibootstrapper`)

    assert.equal(reply.status, 401)
    assert.match(reply.headers.get('WWW-Authenticate') ?? '', /^Bearer authorization_uri="https:/)
  })

  test('CheckFileInfo answers JSON', async () => {
    const reply = await get(file)

    assert.equal(reply.status, 200)
    assert.equal(((await reply.json()) as { BaseFileName: string }).BaseFileName, 'Report.docx')
  })

  test('wopiSrc is the address by which the file is reached', () => {
    assert.equal(host.wopiSrc(FILE_ID), `https://docs.example.com${file}`)
  })

  test('a request without a token is refused with a reason', async () => {
    const reply = await app.send(file)

    assert.equal(reply.status, 401)
    assert.match(reply.headers.get('X-WOPI-FailureReason') ?? '', /access token/)
  })

  test('the routes of the application go on working', async () => {
    const reply = await app.send('/own')

    assert.equal(await reply.text(), 'own')
  })

  for (const type of [OCTETS, 'application/json', 'text/plain', 'no/such; type', undefined]) {
    test(`PutFile and GetFile move 2 MiB, Content-Type ${type}`, async () => {
      const content = testBytes(2 * MIB)
      const lock = { 'X-WOPI-Lock': 'l1' }

      await post(file, 'LOCK', { headers: lock })
      const body = blobOf(content)
      const headers = { ...lock, ...(type && { 'Content-Type': type }) }
      const put = await post(`${file}/contents`, 'PUT', { headers, body })
      const got = await get(`${file}/contents`)
      await post(file, 'UNLOCK', { headers: lock })

      assert.equal(put.status, 200)
      assert.equal(got.headers.get('Content-Length'), String(content.length))
      assert.ok(Buffer.from(await got.arrayBuffer()).equals(content))
    })
  }

  test('an upload session goes from creation to commit', async () => {
    const chunk = testBytes(200_000, 7)
    const frames = chunkFrames([chunk])
    const half = frames.length >> 1

    const created = await post(file, 'CREATE_UPLOAD_SESSION')
    const { UploadSessionToken: token } = (await created.json()) as { UploadSessionToken: string }
    const offsets: (string | null)[] = []
    for (const part of [frames.subarray(0, half), frames.subarray(half)]) {
      const headers = {
        'X-WOPI-UploadSessionToken': token,
        'X-WOPI-ContentRangeOffset': offsets.at(-1) ?? '0',
        'X-WOPI-ContentRangeLength': String(part.length),
      }
      const reply = await post(file, 'UPDATE_UPLOAD_SESSION', { headers, body: blobOf(part) })
      offsets.push(reply.headers.get('X-WOPI-UploadSessionCurrentOffset'))
    }
    const headers = { 'X-WOPI-Lock': 'l2', 'X-WOPI-SequenceNumber': await sequenceNumber() }
    await post(file, 'LOCK', { headers })
    const message = blobOf(putBody([chunk], { token, inline: [] }))
    const committed = await post(`${file}/contents`, 'PUT_CHUNKED_FILE', { headers, body: message })
    await post(file, 'UNLOCK', { headers })

    assert.deepEqual(offsets, [String(half), String(frames.length)])
    assert.equal(committed.status, 200)
    const got = await get(`${file}/contents`)
    assert.ok(Buffer.from(await got.arrayBuffer()).equals(chunk))
  })

  async function sequenceNumber(): Promise<string> {
    const reply = await post(file, 'GET_SEQUENCE_NUMBER')
    return reply.headers.get('X-WOPI-SequenceNumber') ?? ''
  }

  test('a refused body leaves the connection and the next request alone', async () => {
    const body = blobOf(testBytes(MIB))

    const refused = await post(`${file}/contents`, 'PUT', { body, headers: { 'X-WOPI-Lock': 'x' } })
    const next = await get(file)

    assert.deepEqual([refused.status, next.status], [409, 200])
  })
}

describe('A host behind something that reads bodies', () => {
  const parsers: Record<string, [string, express.RequestHandler]> = {
    'express.json()': ['application/json', express.json()],
    'express.raw()': [OCTETS, express.raw()],
    'express.text()': ['text/plain', express.text()],
    'express.urlencoded()': ['application/x-www-form-urlencoded', express.urlencoded()],
  }

  for (const [name, [type, parser]] of Object.entries(parsers)) {
    test(`${name} in front makes uploads a 500 that names the cause`, async () => {
      const host = await createMountedHost('')
      const app = express()
      app.use(parser, host.node)
      const mount = await listen(createServer(app), host)
      const headers = {
        'X-WOPI-Override': 'PUT',
        'X-WOPI-Lock': 'l1',
        'Content-Type': type,
      }
      const target = `/wopi/files/${FILE_ID}/contents?access_token=good`

      const reply = await mount.send(target, { method: 'POST', headers, body: '{"a":1}' })
      await mount.close()

      assert.equal(reply.status, 500)
      assert.match(reply.headers.get('X-WOPI-FailureReason') ?? '', /before wopikit has read/)
      assert.equal(reply.headers.get('X-Wopikit-FailureCode'), 'BODY_CONSUMED')
    })
  }

  test('a Fetch request whose body was read is a 500 that names the cause', async () => {
    const host = await createMountedHost('')
    const request = new Request(
      `http://localhost/wopi/files/${FILE_ID}/contents?access_token=good`,
      { method: 'POST', headers: { 'X-WOPI-Override': 'PUT' }, body: 'x' },
    )

    await request.text()
    const reply = await host.fetch(request)

    assert.equal(reply.status, 500)
    assert.match(reply.headers.get('X-WOPI-FailureReason') ?? '', /unread/)
  })
})

test('createHost refuses addresses that no client could be given', async () => {
  const options = { metadata: createMemoryMetadataStore(), blobs: createMemoryBlobStore() }
  const access = { authenticate: async () => undefined }

  for (const publicUrl of [
    '',
    'docs.example.com',
    'ftp://docs',
    'https://docs/?a=b',
    'https://docs/?',
    'https://u:pw@docs',
  ])
    assert.throws(() => createHost({ ...options, access, publicUrl }), /publicUrl must be like/)
  for (const basePath of ['office', '/', '/office/', '/a b', '//x'])
    assert.throws(
      () => createHost({ ...options, access, publicUrl: 'http://x', basePath }),
      /basePath must be empty or like/,
    )
})

test('host.fastify refuses a prefix that is not the base path', async () => {
  const host = await createMountedHost('/office')
  const app = fastify()
  app.register(host.fastify, { prefix: '/elsewhere' })

  await assert.rejects(async () => await app.ready(), /basePath is \/office/)
})
