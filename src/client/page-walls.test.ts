import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPageWalls, type Page } from './page-walls.ts'
import { createWopiClient } from './wopi-client.ts'

const WOPI_SRC = 'https://host.example/wopi/files/1?access_token=secret'
const PAGE: Page = { location: { origin: 'https://app.example', protocol: 'https:' } }
const LOST = new TypeError('Failed to fetch')

test('createPageWalls suspects CORS when a host can be reached but answers no operation twice', async () => {
  const walls = createPageWalls(WOPI_SRC, reached, PAGE)

  const first = await walls.explain('Lock', LOST)
  const second = await walls.explain('Lock', LOST)

  assert.equal(first, undefined)
  assert.equal(second?.code, 'BLOCKED')
  assert.equal(
    second.message,
    'Lock: https://host.example can be reached, but does not allow https://app.example (CORS)',
  )
})

test('createPageWalls takes a host that cannot be reached for a lost network, however often', async () => {
  const walls = createPageWalls(WOPI_SRC, lost, PAGE)

  const explained = [await walls.explain('Lock', LOST), await walls.explain('Lock', LOST)]

  assert.deepEqual(explained, [undefined, undefined])
})

test('createPageWalls takes the failure of an operation that worked before for a lost network', async () => {
  const walls = createPageWalls(WOPI_SRC, reached, PAGE)
  walls.passed('Lock')

  const explained = [await walls.explain('Lock', LOST), await walls.explain('Lock', LOST)]

  assert.deepEqual(explained, [undefined, undefined])
})

test('createPageWalls suspects CORS of one operation where others are answered', async () => {
  const walls = createPageWalls(WOPI_SRC, reached, PAGE)
  walls.passed('GetChunkedFile')
  await walls.explain('UpdateUploadSession', LOST)

  const explained = await walls.explain('UpdateUploadSession', LOST)

  assert.equal(explained?.code, 'BLOCKED')
})

test('createPageWalls asks for nothing, without token or path, in a request that needs no CORS', async () => {
  const asked: [unknown, RequestInit | undefined][] = []
  const walls = createPageWalls(
    WOPI_SRC,
    async (input, init) => {
      asked.push([input, init])
      return new Response()
    },
    PAGE,
  )

  await walls.explain('Lock', LOST)

  assert.equal(asked[0]?.[0], 'https://host.example/')
  assert.equal(asked[0]?.[1]?.mode, 'no-cors')
  assert.equal(asked[0]?.[1]?.credentials, 'omit')
})

test('createPageWalls says that a secure page cannot ask an insecure host, except on its own machine', async () => {
  const insecure = createPageWalls('http://host.example/wopi/files/1', lost, PAGE)
  const own = createPageWalls('http://localhost:8080/wopi/files/1', lost, PAGE)

  const explained = await insecure.explain('Lock', LOST)

  assert.equal(explained?.code, 'BLOCKED')
  assert.match(explained.message, /use https$/)
  assert.equal(await own.explain('Lock', LOST), undefined)
})

test('createPageWalls names the policy of the page that leaves the host out', async () => {
  const target = new EventTarget()
  const page: Page = {
    ...PAGE,
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
  }
  const refuse: typeof fetch = async () => {
    const event = Object.assign(new Event('securitypolicyviolation'), {
      effectiveDirective: 'connect-src',
      disposition: 'enforce',
      blockedURI: 'https://host.example/',
    })
    setTimeout(() => target.dispatchEvent(event))
    throw LOST
  }
  const walls = createPageWalls(WOPI_SRC, refuse, page)

  const explained = await walls.explain('Lock', LOST)

  assert.equal(explained?.code, 'BLOCKED')
  assert.match(
    explained.message,
    /Content-Security-Policy lacks connect-src https:\/\/host\.example$/,
  )
})

test('createWopiClient tries twice what a page is kept from, and asks nothing for an aborted call', async () => {
  Object.defineProperty(globalThis, 'location', { value: PAGE.location, configurable: true })
  try {
    const asked: (string | undefined)[] = []
    const client = createWopiClient({
      wopiSrc: WOPI_SRC,
      sleep: async () => {},
      async fetch(_address, init) {
        asked.push(init?.method)
        init?.signal?.throwIfAborted()
        return init?.method === 'HEAD' ? new Response() : lost()
      },
    })
    const aborted = client.lock('mine', { signal: AbortSignal.abort(new Error('enough')) })
    await assert.rejects(aborted, /enough/)
    assert.deepEqual(asked.splice(0), ['POST'])

    await assert.rejects(client.lock('mine'), { code: 'BLOCKED' })

    assert.deepEqual(asked, ['POST', 'HEAD', 'POST', 'HEAD'])
  } finally {
    Reflect.deleteProperty(globalThis, 'location')
  }
})

test('createPageWalls asks nothing outside of a page', async () => {
  const walls = createPageWalls(WOPI_SRC, () => assert.fail('asked'), {})

  const explained = await walls.explain('Lock', LOST)

  assert.equal(explained, undefined)
})

async function reached(): Promise<Response> {
  return new Response()
}

async function lost(): Promise<Response> {
  throw LOST
}
