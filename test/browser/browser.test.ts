import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { BrowserContext, Page } from 'playwright-core'
import { createWopiClient, type UploadResult } from '../../src/client.ts'
import { chunkIdOf } from '../../src/protocol.ts'
import { type ClientHost, openClientHost } from '../helpers/client-host.ts'
import type { TestServer } from '../helpers/http-server.ts'
import { noise } from '../helpers/noise.ts'
import { findChromium, openChromium } from './chromium.ts'
import type { Tested } from './page.ts'
import { serveCors, servePage } from './page-server.ts'

const POLICY = "default-src 'none'; worker-src 'self'; connect-src 'self' http://127.0.0.1:*"
const WITHOUT_WASM = `${POLICY}; script-src 'self'`
const WITH_WASM = `${POLICY}; script-src 'self' 'wasm-unsafe-eval'`
const CONTENT = noise(3_000_000)

declare const tested: Tested

/** What the page tells of an upload. */
interface Told {
  result?: UploadResult
  failure?: { code?: string; message: string }
}

const chromium = await findChromium()
const skip = chromium ? false : 'no Chromium on this machine: set WOPIKIT_CHROMIUM to one'

describe('wopikit/client in Chromium', { skip }, () => {
  let folder: string
  let file: string
  let host: ClientHost
  let hostOrigin: string
  let context: BrowserContext
  const opened = new AsyncDisposableStack()
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wopikit-browser-'))
    opened.defer(() => rm(folder, { recursive: true }))
    file = join(folder, 'drawing.bin')
    host = await openClientHost()
    opened.defer(() => host.close())
    hostOrigin = new URL(await host.add(new Uint8Array(0))).origin
    context = opened.use(await openChromium(chromium as string)).context
  })
  after(() => opened.disposeAsync())

  for (const [kind, policy] of Object.entries({ without: WITHOUT_WASM, with: WITH_WASM }))
    for (const place of ['upload', 'uploadInWorker'] as const)
      test(`${place} under a strict policy ${kind} 'wasm-unsafe-eval'`, async () => {
        await using server = await servePage(policy, hostOrigin)
        const { page, document } = await pick(server)

        const told = await page.evaluate(([name, to]) => tested[name](to), [
          place,
          document,
        ] as const)

        assert.deepEqual((told as Told).failure, undefined)
        assert.equal((told as Told).result?.bytesSent, CONTENT.length)
        assert.ok(await isAtHost(document.wopiSrc), 'the bytes are at the host')
        const refused = await page.evaluate(() => tested.violations())
        const inPage = place === 'upload' && kind === 'without'
        assert.deepEqual(refused, inPage ? ['wasm-eval'] : [], 'what the policy has refused')
      })

  test('a download goes into a file of the browser, and its older content is the base', async () => {
    await using server = await servePage(WITHOUT_WASM, hostOrigin)
    const { page, document } = await pick(server, CONTENT)

    const told = await page.evaluate((from) => tested.downloadTwice(from), document)

    assert.deepEqual(told.received, [CONTENT.length, 0])
    assert.deepEqual([told.size, told.chunkId], [CONTENT.length, chunkIdOf(CONTENT)])
  })

  test('an upload that broke off goes on after the page was loaded again', async () => {
    let refusals = 1
    const isCommit = ({ headers }: IncomingMessage) =>
      headers['x-wopi-override'] === 'PUT_CHUNKED_FILE' && refusals-- > 0
    await using server = await servePage(WITHOUT_WASM, hostOrigin, isCommit)
    const { page, document } = await pick(server)
    const broken = await upload(page, document)
    await page.reload()
    await page.setInputFiles('input', file)

    const { result, failure } = await upload(page, document)

    assert.equal(broken.failure?.code, 'TOO_LARGE')
    assert.deepEqual(failure, undefined)
    assert.deepEqual([result?.resumed, result?.bytesSent], [true, 0])
    assert.ok(await isAtHost(document.wopiSrc), 'the bytes are at the host')
  })

  test('a picked file that is written before it is read is told as such', async () => {
    await using server = await servePage(WITHOUT_WASM, hostOrigin)
    const { page, document } = await pick(server)
    await writeFile(file, noise(1000, 2))

    const { failure } = await upload(page, document)

    assert.equal(failure?.code, 'SOURCE_CHANGED', failure?.message)
  })

  test('a host without CORS is told as such, and not tried for ever', async () => {
    await using server = await servePage(WITHOUT_WASM, hostOrigin)
    const { page, document } = await pick(server)
    const elsewhere = { ...document, wopiSrc: document.wopiSrc.replace(server.origin, hostOrigin) }

    const { failure } = await upload(page, elsewhere)

    assert.equal(failure?.code, 'BLOCKED')
    assert.match(failure.message, /can be reached, but does not allow .* \(CORS\)$/)
  })

  test('a host on another origin that sends the headers of docs/client.md is uploaded to', async () => {
    await using server = await servePage(WITHOUT_WASM, hostOrigin)
    await using cors = await serveCors(server.origin, hostOrigin)
    const { page, document } = await pick(server)
    const elsewhere = { ...document, wopiSrc: document.wopiSrc.replace(server.origin, cors.origin) }

    const { result, failure } = await upload(page, elsewhere)

    assert.deepEqual(failure, undefined)
    assert.equal(result?.saved, true)
  })

  test("a host that the page's policy does not name is told as such", async () => {
    const policy = "default-src 'none'; script-src 'self'; connect-src 'self'"
    await using server = await servePage(policy, hostOrigin)
    const { page, document } = await pick(server)
    const elsewhere = { ...document, wopiSrc: document.wopiSrc.replace(server.origin, hostOrigin) }

    const { failure } = await upload(page, elsewhere)

    assert.equal(failure?.code, 'BLOCKED')
    assert.match(failure.message, /Content-Security-Policy lacks connect-src/)
  })

  /** A page with a picked file, and a document at the host. */
  async function pick(server: TestServer, content: Uint8Array = new Uint8Array(0)) {
    await writeFile(file, CONTENT)
    const page = await context.newPage()
    await page.goto(server.origin)
    await page.setInputFiles('input', file)
    const wopiSrc = (await host.add(content)).replace(hostOrigin, server.origin)
    return { page, document: { wopiSrc, accessToken: 'write' } }
  }

  async function upload(page: Page, document: { wopiSrc: string; accessToken: string }) {
    return (await page.evaluate((to) => tested.upload(to), document)) as Told
  }
})

async function isAtHost(wopiSrc: string): Promise<boolean> {
  const { body } = await createWopiClient({ wopiSrc, accessToken: 'read' }).getFile()
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces).equals(CONTENT)
}
