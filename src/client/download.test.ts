import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { type ClientHost, openClientHost } from '../../test/helpers/client-host.ts'
import { createFaultyFetch } from '../../test/helpers/faulty-fetch.ts'
import { noise } from '../../test/helpers/noise.ts'
import { docxOf, pptxOf, xlsxOf } from '../../test/helpers/office-documents.ts'
import { type DownloadOptions, downloadDocument } from './download.ts'
import { bytesSource } from './source.ts'
import { uploadDocument } from './upload.ts'

const PICTURE = noise(200_000)
const BEFORE = docxOf(['One'], PICTURE)
const AFTER = docxOf(['One', 'Two'], PICTURE)

let host: ClientHost

beforeEach(async () => {
  host = await openClientHost()
})

afterEach(() => host.close())

test('downloadDocument brings every kind of document byte for byte', async () => {
  const documents = {
    word: AFTER,
    excel: xlsxOf([['a', 'b'], ['c']]),
    powerpoint: pptxOf(['One', 'Two', 'Three']),
    text: new TextEncoder().encode('no zip at all'),
    nothing: new Uint8Array(0),
  }
  for (const [kind, content] of Object.entries(documents)) {
    const wopiSrc = await host.add(content)

    const { content: received, result } = await download(wopiSrc)

    assert.deepEqual(received, content, kind)
    assert.equal(result.bytesTotal, content.length, kind)
    assert.ok(result.bytesReceived <= content.length, kind)
  }
})

test('downloadDocument receives only what its base lacks', async () => {
  const wopiSrc = await host.add(AFTER)

  const { content, result } = await download(wopiSrc, { base: bytesSource(BEFORE) })

  assert.deepEqual(content, AFTER)
  assert.ok(result.bytesReceived < 2_000, `received ${result.bytesReceived} bytes`)
  assert.equal(result.chunksReceived, 3)
})

test('downloadDocument receives nothing when its base is the document', async () => {
  const text = new TextEncoder().encode('no zip at all')
  for (const document of [AFTER, text]) {
    const wopiSrc = await host.add(document)

    const { content, result } = await download(wopiSrc, { base: bytesSource(document) })

    assert.deepEqual(content, document)
    assert.deepEqual([result.bytesReceived, result.chunksReceived], [0, 0])
  }
})

test('downloadDocument reads the chunks of a base again and notices when they have changed', async () => {
  const wopiSrc = await host.add(AFTER)
  const base = Uint8Array.from(BEFORE)
  const network = createFaultyFetch(() => {
    base.fill(0, 50_000, 60_000)
    return undefined
  })

  const failed = download(wopiSrc, { base: bytesSource(base), fetch: network.fetch })

  await assert.rejects(failed, { code: 'SOURCE_CHANGED' })
})

test('downloadDocument goes on in the middle of a chunk when the connection breaks', async () => {
  const wopiSrc = await host.add(AFTER)
  const breaks = [1_000, 90_000, 150_000, AFTER.length]
  for (const breakAfter of breaks) {
    const network = createFaultyFetch(({ operation }) =>
      operation === 'GET_CHUNKED_FILE' ? { breakAfter } : undefined,
    )

    const { content, result } = await download(wopiSrc, {
      fetch: network.fetch,
      retry: { tries: 3 },
    })

    assert.deepEqual(content, AFTER)
    assert.equal(result.bytesReceived, AFTER.length)
    assert.deepEqual(network.calls, ['GET_CHUNKED_FILE', 'GET_CHUNKS'])
  }
})

test('downloadDocument goes on for as long as every try brings something', async () => {
  const wopiSrc = await host.add(AFTER)
  const network = createFaultyFetch(() => ({ breakAfter: 21_000 }))

  const { content, result } = await download(wopiSrc, { fetch: network.fetch, retry: { tries: 2 } })

  assert.deepEqual(content, AFTER)
  assert.equal(result.bytesReceived, AFTER.length)
  assert.ok(network.calls.length >= 10)
})

test('downloadDocument begins anew when the document changes under it', async () => {
  const wopiSrc = await host.add(BEFORE)
  const network = createFaultyFetch(async ({ operation, index }) => {
    if (index === 1) return { breakAfter: 90_000 }
    if (operation === 'GET_CHUNKS') await save(wopiSrc, AFTER)
    return undefined
  })

  const { content, result } = await download(wopiSrc, { fetch: network.fetch })

  assert.deepEqual(content, AFTER)
  assert.equal(result.sequenceNumber, 2)
  assert.deepEqual(network.calls, ['GET_CHUNKED_FILE', 'GET_CHUNKS', 'GET_CHUNKED_FILE'])
})

test('downloadDocument gives up when nothing comes any more', async () => {
  const wopiSrc = await host.add(AFTER)
  const network = createFaultyFetch(({ index }) =>
    index === 1 ? { breakAfter: 90_000 } : 'unsent',
  )

  const failed = download(wopiSrc, { fetch: network.fetch, retry: { tries: 3 } })

  await assert.rejects(failed, { code: 'NETWORK', operation: 'GetChunks' })
})

test('downloadDocument refuses bytes that do not hash to their chunk', async () => {
  const wopiSrc = await host.add(AFTER)
  const damaging: typeof fetch = async (input, init) => {
    const reply = await fetch(input, init)
    const body = new Uint8Array(await reply.arrayBuffer())
    body.fill(0, 50_000, 50_010)
    return new Response(body, reply)
  }

  const failed = download(wopiSrc, { fetch: damaging })

  await assert.rejects(failed, { code: 'BAD_REPLY', operation: 'GetChunkedFile' })
})

test('downloadDocument stops when it is aborted', async () => {
  const wopiSrc = await host.add(AFTER)
  const controller = new AbortController()
  const reason = new Error('enough')

  const stopped = download(wopiSrc, {
    signal: controller.signal,
    onProgress: () => controller.abort(reason),
  })

  await assert.rejects(stopped, reason)
})

async function save(wopiSrc: string, content: Uint8Array): Promise<void> {
  await uploadDocument(bytesSource(content), { wopiSrc, accessToken: 'write' })
}

async function download(wopiSrc: string, options: Partial<DownloadOptions> = {}) {
  let content = new Uint8Array(0)
  const result = await downloadDocument(
    {
      start: (size) => {
        content = new Uint8Array(size)
      },
      write: (position, bytes) => content.set(bytes, position),
    },
    { wopiSrc, accessToken: 'read', sleep: async () => {}, ...options },
  )
  return { content, result }
}
