import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { before, describe, test } from 'node:test'
import { officeDiscovery } from '../../test/helpers/discovery.ts'
import { listenOn } from '../../test/helpers/http-server.ts'
import { createSigningKey, type SigningKey } from '../../test/helpers/proof-keys.ts'
import { DISCOVERY_MAX_CHARS } from '../protocol/parse-discovery.ts'
import { createDiscovery, type DiscoveryClient } from './discovery-client.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** A discovery that a test can change, break and count the reads of. */
function createStory(xml: string, options: { cacheMs?: number; refreshEveryMs?: number } = {}) {
  const logged: { fields: Record<string, unknown>; message: string }[] = []
  const line = (fields: Record<string, unknown>, message: string) => {
    logged.push({ fields, message })
  }
  const story = {
    /** The result of a read; an Error is thrown. */
    answer: xml as string | Error,
    reads: 0,
    time: Date.UTC(2026, 0, 1),
    logged,
    client: undefined as unknown as DiscoveryClient,
  }
  story.client = createDiscovery({
    read: async () => {
      story.reads++
      if (story.answer instanceof Error) throw story.answer
      return story.answer
    },
    log: { debug: line, info: line, warn: line, error: line },
    now: () => story.time,
    ...options,
  })
  return story
}

describe('createDiscovery', () => {
  let first: string
  let second: string

  before(async () => {
    const withKey = ({ attributes }: SigningKey) => officeDiscovery(attributes)
    const keys = await Promise.all([createSigningKey(), createSigningKey()])
    ;[first, second] = keys.map(withKey) as [string, string]
  })

  test('createDiscovery reads nothing before a caller asks, and then reads once for all callers', async () => {
    const story = createStory(first)
    assert.equal(story.reads, 0)

    const { client } = story
    const [{ zones }] = await Promise.all([client.read(), client.read(), client.proofKeys.keys()])
    await client.read()

    assert.equal(story.reads, 1)
    assert.equal(zones.length, 2)
  })

  test('createDiscovery returns an outdated discovery, and reads it again meanwhile', async () => {
    const story = createStory(first)
    const before = await story.client.read()
    story.answer = second

    story.time += 12 * HOUR
    const stale = await story.client.read()
    await story.client.proofKeys.refresh()
    const fresh = await story.client.read()

    assert.equal(stale, before)
    assert.notDeepEqual(fresh.proofKey, before.proofKey)
    assert.equal(story.reads, 2)
  })

  test('createDiscovery keeps the last discovery while the client is down', async () => {
    const story = createStory(first)
    const before = await story.client.read()
    story.answer = new Error('down')

    story.time += 13 * HOUR
    await story.client.read()
    await story.client.proofKeys.refresh()

    assert.equal(await story.client.read(), before)
    assert.equal(story.reads, 2)
    assert.deepEqual(
      story.logged.map(({ message }) => message),
      ['Discovery cannot be read'],
    )
  })

  for (const [problem, nonsense] of [
    ['another document', '<html/>'],
    ['a broken key', officeDiscovery({ modulus: '?', exponent: 'AQAB' })],
  ] as const) {
    test(`createDiscovery keeps the last discovery when it reads ${problem}`, async () => {
      const story = createStory(first)
      const before = await story.client.proofKeys.keys()
      story.answer = nonsense

      story.time += MINUTE
      const after = await story.client.proofKeys.refresh()

      assert.equal(after, before)
      assert.equal(story.logged.length, 1)
    })
  }

  test('createDiscovery rejects until the first read succeeds', async () => {
    const story = createStory(first)
    const xml = story.answer
    story.answer = new Error('down')
    const unavailable = { name: 'DiscoveryError', code: 'DISCOVERY_UNAVAILABLE' }

    await assert.rejects(story.client.read(), unavailable)
    await assert.rejects(story.client.proofKeys.keys(), unavailable)
    await assert.rejects(story.client.proofKeys.refresh(), unavailable)
    assert.equal(story.reads, 1)
    story.answer = xml
    story.time += 5000

    assert.equal((await story.client.read()).zones.length, 2)
  })

  test('refresh reads again, but no more often than its limit', async () => {
    const story = createStory(first)
    const { proofKeys } = story.client
    const before = await proofKeys.keys()
    story.answer = second

    const atOnce = await proofKeys.refresh()
    story.time += MINUTE
    const [later] = await Promise.all([proofKeys.refresh(), proofKeys.refresh()])

    assert.equal(atOnce, before)
    assert.notEqual(later, before)
    assert.equal(await proofKeys.keys(), later)
    assert.equal(story.reads, 2)
  })

  test('refresh returns the same object while the keys stay the same', async () => {
    const story = createStory(first)
    const before = await story.client.proofKeys.keys()

    story.time += MINUTE
    const after = await story.client.proofKeys.refresh()

    assert.equal(after, before)
    assert.equal(story.reads, 2)
  })

  test('keys rejects when discovery has no keys', async () => {
    const { client } = createStory(officeDiscovery())

    await assert.rejects(client.proofKeys.keys(), { code: 'PROOF_KEY_MISSING' })
    assert.equal((await client.read()).zones.length, 2)
  })

  test('createDiscovery reads the actions of a discovery whose key is broken', async () => {
    const { client, logged } = createStory(officeDiscovery({ modulus: '?', exponent: 'AQAB' }))

    assert.equal((await client.read()).zones.length, 2)
    await assert.rejects(client.proofKeys.keys(), { code: 'PROOF_KEY_INVALID' })
    assert.deepEqual(
      logged.map(({ message }) => message),
      ['The proof keys of discovery cannot be used'],
    )
  })

  test('createDiscovery uses a key with a decimal exponent, and logs the problem', async () => {
    const { attributes } = await createSigningKey()
    const { client, logged } = createStory(officeDiscovery({ ...attributes, exponent: '65537' }))

    assert.ok((await client.proofKeys.keys()).current)
    assert.deepEqual(logged[0]?.fields, {
      problems: ['exponent is the decimal number 65537 and not Base64'],
    })
  })

  for (const [problem, xml] of [
    ['were missing', officeDiscovery()],
    ['were broken', officeDiscovery({ modulus: '?', exponent: 'AQAB' })],
  ] as const) {
    test(`keys finds keys that ${problem} when discovery is mended`, async () => {
      const story = createStory(xml)
      await assert.rejects(story.client.proofKeys.keys())
      story.answer = first

      story.time += 5000

      assert.ok((await story.client.proofKeys.keys()).current)
    })
  }

  for (const url of ['discovery.xml', 'file:///discovery.xml', 'https://a:b@office.example/']) {
    test(`createDiscovery refuses the address ${url}`, () => {
      assert.throws(() => createDiscovery({ url }), TypeError)
    })
  }
})

describe('createDiscovery over HTTP', () => {
  async function readFrom(listener: RequestListener, options: { timeoutMs?: number } = {}) {
    await using server = await listenOn(listener)
    return await createDiscovery({ url: `${server.origin}/hosting/discovery`, ...options }).read()
  }

  test('createDiscovery fetches discovery', async () => {
    const { zones } = await readFrom((request, response) => {
      response.statusCode = request.url === '/hosting/discovery' ? 200 : 404
      response.end(`\ufeff${officeDiscovery()}`)
    })

    assert.equal(zones.length, 2)
  })

  test('createDiscovery fetches discovery in UTF-16, after white space', async () => {
    const { zones } = await readFrom((_, response) => {
      response.end(Buffer.from(`\ufeff\n${officeDiscovery()}`, 'utf16le'))
    })

    assert.equal(zones.length, 2)
  })

  test('createDiscovery follows a redirect', async () => {
    const { zones } = await readFrom((request, response) => {
      if (request.url === '/elsewhere') return response.end(officeDiscovery())
      return response.writeHead(302, { Location: '/elsewhere' }).end()
    })

    assert.equal(zones.length, 2)
  })

  const refused: [problem: string, code: string, listener: RequestListener][] = [
    ['an answer of 500', 'DISCOVERY_UNAVAILABLE', (_, response) => response.writeHead(500).end()],
    [
      'a redirect without end',
      'DISCOVERY_UNAVAILABLE',
      (_, response) => response.writeHead(302, { Location: '/again' }).end(),
    ],
    [
      'a redirect to another scheme',
      'DISCOVERY_UNAVAILABLE',
      (_, response) => response.writeHead(302, { Location: 'data:text/xml,<a/>' }).end(),
    ],
    [
      'an answer that breaks off',
      'DISCOVERY_UNAVAILABLE',
      (_, response) => response.write('<wopi-discovery>', () => response.destroy()),
    ],
    [
      'bytes that are not UTF-8',
      'DISCOVERY_INVALID',
      (_, response) => response.end(Buffer.from([0xff])),
    ],
    [
      'an answer that is too large',
      'DISCOVERY_TOO_LARGE',
      (_, response) => response.end(Buffer.alloc(2 * DISCOVERY_MAX_CHARS + 1, ' ')),
    ],
  ]
  for (const [problem, code, listener] of refused) {
    test(`createDiscovery refuses ${problem}`, async () => {
      await assert.rejects(readFrom(listener), { name: 'DiscoveryError', code })
    })
  }

  test('createDiscovery gives up when a server does not answer', async () => {
    await assert.rejects(
      readFrom(() => {}, { timeoutMs: 1 }),
      { code: 'DISCOVERY_UNAVAILABLE', message: 'Discovery did not arrive within 1 ms' },
    )
  })

  test('createDiscovery does not follow a redirect from https to http', async () => {
    const asked: string[] = []
    const client = createDiscovery({
      url: 'https://office.example/hosting/discovery',
      fetch: async (input) => {
        asked.push(String(input))
        return new Response(null, { status: 301, headers: { Location: 'http://office.example/' } })
      },
    })

    await assert.rejects(client.read(), { code: 'DISCOVERY_UNAVAILABLE' })
    assert.deepEqual(asked, ['https://office.example/hosting/discovery'])
  })
})
