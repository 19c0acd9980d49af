import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createSigningKey, type SigningKey } from '../../test/helpers/proof-keys.ts'
import { ticksFromMs } from '../protocol/ticks.ts'
import { readConfig } from './config.ts'
import { openDiscovery } from './discovery.ts'
import { ServerError } from './errors.ts'
import { createLog } from './logging.ts'
import { startServer } from './run.ts'

const HOUR = 3_600_000
const ACTIONS =
  '<action name="view" ext="docx" urlsrc="https://office.example/view?"/>' +
  '<action name="rtc" ext="docx" urlsrc="https://rtc.example/a?b=1&amp;&lt;ui=UI_LLCC&amp;&gt;"/>' +
  '<action name="collab" ext="docx" urlsrc="https://ocs.example/c"/>'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wopikit-discovery-'))
})
after(() => rm(folder, { recursive: true }))

function discoveryXml({ actions = ACTIONS, key = proofKey() } = {}): string {
  return (
    '<wopi-discovery><net-zone name="external-https">' +
    `<app name="Word">${actions}</app></net-zone>${key}</wopi-discovery>`
  )
}

function proofKey(): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
  const base64 = (text: string) => Buffer.from(text, 'base64url').toString('base64')
  return `<proof-key modulus="${base64(n)}" exponent="${base64(e)}"/>`
}

/** The key as the blob of .NET that it is in discovery besides. */
function blobOf({ attributes }: SigningKey): string {
  const modulus = Buffer.from(attributes.modulus, 'base64').reverse()
  const header = Buffer.from('0602000000a400005253413100080000', 'hex')
  return Buffer.concat([header, Buffer.from([1, 0, 1, 0]), modulus]).toString('base64')
}

async function discoveryFile(xml = discoveryXml()): Promise<string> {
  const path = join(folder, 'discovery.xml')
  await writeFile(path, xml)
  return path
}

/** A log, and the messages of its warnings. */
function warnings() {
  const lines: string[] = []
  const log = createLog('warn', { write: (line) => lines.push(JSON.parse(line).msg) })
  return { log, lines }
}

/** Serves the given discovery, or 503 while there is none. */
async function serveDiscovery() {
  const served: { xml?: string } = {}
  const server = createServer((_, response) => {
    response.writeHead(served.xml === undefined ? 503 : 200)
    response.end(served.xml)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const close = () => server.close()
  return { served, url, [Symbol.dispose]: close }
}

describe('openDiscovery', () => {
  test('openDiscovery has neither keys nor addresses when discovery is not set', async () => {
    const opened = await openDiscovery({ discovery: '', proofKeys: true }, warnings())

    assert.equal(opened.proofKeys, undefined)
    assert.deepEqual(opened.coauthAddresses(), { collab: '', rtc: '' })
  })

  test('openDiscovery reads keys and addresses, without placeholders, from a file', async () => {
    const discovery = await discoveryFile()

    const opened = await openDiscovery({ discovery, proofKeys: true }, warnings())

    assert.ok((await opened.proofKeys?.keys())?.current)
    assert.deepEqual(opened.coauthAddresses(), {
      collab: 'https://ocs.example/c',
      rtc: 'https://rtc.example/a?b=1',
    })
  })

  test('openDiscovery reads a file in UTF-16', async () => {
    const discovery = join(folder, 'utf-16.xml')
    await writeFile(discovery, `\ufeff${discoveryXml()}`, 'utf16le')

    const opened = await openDiscovery({ discovery, proofKeys: true }, warnings())

    assert.equal(opened.coauthAddresses().collab, 'https://ocs.example/c')
  })

  test('openDiscovery demands no proofs when proofKeys is off', async () => {
    const discovery = await discoveryFile()

    const opened = await openDiscovery({ discovery, proofKeys: false }, warnings())

    assert.equal(opened.proofKeys, undefined)
    assert.equal(opened.coauthAddresses().collab, 'https://ocs.example/c')
  })

  test('openDiscovery warns when discovery has no proof keys', async () => {
    const discovery = await discoveryFile(discoveryXml({ key: '' }))
    const { log, lines } = warnings()

    await openDiscovery({ discovery, proofKeys: true }, { log })

    assert.match(lines.join(), /no proof key/)
  })

  const unusable: [problem: string, xml: string | undefined][] = [
    ['does not exist', undefined],
    ['is not a discovery document', '<html/>'],
    ['has a broken key', discoveryXml({ key: '<proof-key value="AAAA"/>' })],
  ]
  for (const [problem, xml] of unusable) {
    const open = async (proofKeys: boolean, { log, lines } = warnings()) => {
      const discovery = xml === undefined ? join(folder, 'nope.xml') : await discoveryFile(xml)
      return { opened: await openDiscovery({ discovery, proofKeys }, { log }), lines }
    }

    test(`openDiscovery refuses a file that ${problem} when proofs are demanded`, async () => {
      await assert.rejects(
        open(true),
        (error) => error instanceof ServerError && error.code === 'DISCOVERY_UNUSABLE',
      )
    })

    test(`openDiscovery only warns about a file that ${problem} when no proofs are demanded`, async () => {
      const { opened, lines } = await open(false)

      assert.equal(opened.proofKeys, undefined)
      assert.equal(lines.length, 1)
    })
  }

  test('openDiscovery reads the addresses of a discovery with a broken key', async () => {
    using client = await serveDiscovery()
    client.served.xml = discoveryXml({ key: '<proof-key value="AAAA"/>' })

    const opened = await openDiscovery({ discovery: client.url, proofKeys: true }, warnings())

    assert.equal(opened.coauthAddresses().collab, 'https://ocs.example/c')
  })

  test('openDiscovery does not wait for a client that is down, and reads its discovery once it is up', async () => {
    using client = await serveDiscovery()
    const { log, lines } = warnings()
    let time = Date.UTC(2026, 0, 1)

    const opened = await openDiscovery(
      { discovery: client.url, proofKeys: true },
      { log, now: () => time },
    )
    const before = opened.coauthAddresses()
    await assert.rejects(opened.proofKeys?.keys() ?? Promise.resolve())
    client.served.xml = discoveryXml()
    time += HOUR
    await opened.proofKeys?.keys()
    opened.coauthAddresses()
    await setImmediate()

    assert.deepEqual(before, { collab: '', rtc: '' })
    assert.deepEqual(opened.coauthAddresses().collab, 'https://ocs.example/c')
    assert.match(lines.join(), /Discovery cannot be read/)
  })
})

describe('a server with discovery', () => {
  /** The answer of a server to a request, signed if there is a key. */
  async function answerTo(settings: Record<string, unknown>, key?: SigningKey) {
    const data = await mkdtemp(join(folder, 'data-'))
    const config = readConfig({ file: { port: 0, data, coauth: ['*'], ...settings } })
    const server = await startServer(config, { log: createLog('silent', { write: () => {} }) })
    const { sampleFileId: fileId } = server
    const { accessToken } = await server.access.mint({
      fileId,
      userId: 'ada',
      displayName: 'Ada',
      permissions: ['read'],
      ttlMs: 60_000,
    })
    const url = `${server.host.wopiSrc(fileId)}?access_token=${accessToken}`
    const at = Date.now()
    const proof = await key?.sign({ accessToken, url, at })
    const timestamp = String(ticksFromMs(at))
    const headers = proof && { 'X-WOPI-Proof': proof, 'X-WOPI-TimeStamp': timestamp }
    const reply = await fetch(url, { headers: { ...headers } })
    const body = await reply.text()
    await server.close()
    return { status: reply.status, body }
  }

  test('a server with discovery refuses requests without a proof', async () => {
    assert.equal((await answerTo({ discovery: await discoveryFile() })).status, 500)
  })

  for (const [written, mend] of [
    ['as it should be', {}],
    ['with a decimal exponent, as by scripts of ONLYOFFICE', { exponent: '65537' }],
    ['without a modulus', { modulus: '' }],
  ] as const) {
    test(`a server accepts requests signed with a key that discovery writes ${written}`, async () => {
      const signing = await createSigningKey()
      const attributes = { ...signing.attributes, value: blobOf(signing), ...mend }
      const texts = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`)
      const xml = discoveryXml({ key: `<proof-key${texts.join('')}/>` })

      const reply = await answerTo({ discovery: await discoveryFile(xml) }, signing)

      assert.equal(reply.status, 200)
    })
  }

  test('a server starts while its client is down, and refuses requests until it is up', async () => {
    using client = await serveDiscovery()

    assert.equal((await answerTo({ discovery: client.url })).status, 500)
  })

  test('CheckFileInfo has the coauthoring addresses of discovery, or those of the settings', async () => {
    const settings = { discovery: await discoveryFile(), proofKeys: false }

    const found = await answerTo(settings)
    const set = await answerTo({ ...settings, rtcUrl: 'https://rtc.example/own' })

    assert.partialDeepStrictEqual(JSON.parse(found.body), {
      OfficeCollaborationServiceEndpointUrl: 'https://ocs.example/c',
      RealTimeChannelEndpointUrl: 'https://rtc.example/a?b=1',
    })
    assert.partialDeepStrictEqual(JSON.parse(set.body), {
      OfficeCollaborationServiceEndpointUrl: 'https://ocs.example/c',
      RealTimeChannelEndpointUrl: 'https://rtc.example/own',
    })
  })
})
