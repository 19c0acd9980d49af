import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ClientHost, openClientHost } from '../../test/helpers/client-host.ts'
import { createFaultyFetch } from '../../test/helpers/faulty-fetch.ts'
import { chunkIdOf } from '../protocol/spooky/spooky.ts'
import { splitWopiSrc } from './transport.ts'
import { createWopiClient } from './wopi-client.ts'

const CONTENT = new TextEncoder().encode('some words')

let host: ClientHost

before(async () => {
  host = await openClientHost()
})

after(() => host.close())

test('checkFileInfo resolves to what the host tells', async () => {
  const client = await clientOf(CONTENT)

  const info = await client.checkFileInfo()

  assert.deepEqual([info.BaseFileName, info.Size], ['Report.docx', CONTENT.length])
})

test('lock, refreshLock, getLock and unlock agree about who holds the file', async () => {
  const client = await clientOf(CONTENT)

  await client.lock('mine')
  await client.refreshLock('mine')

  assert.equal(await client.getLock(), 'mine')
  await assert.rejects(client.lock('theirs'), { code: 'LOCKED', lock: 'mine' })
  await assert.rejects(client.unlock('theirs'), { code: 'LOCKED', lock: 'mine' })
  await client.unlock('mine')
  assert.equal(await client.getLock(), '')
  await assert.rejects(client.refreshLock('mine'), { code: 'LOCKED', lock: '' })
})

test('createWopiClient says that a redirect was refused, as Node and as browsers show it', async () => {
  const seen = { node: { status: 302 }, browser: { status: 0, type: 'opaqueredirect' } }
  for (const [where, reply] of Object.entries(seen)) {
    const client = createWopiClient({
      wopiSrc: 'http://127.0.0.1/wopi/files/1',
      accessToken: 'write',
      fetch: async () => withType(reply),
    })

    await assert.rejects(
      client.lock('mine'),
      {
        code: 'BAD_REQUEST',
        message: 'Lock: the host replied with a redirect, which the client does not follow',
      },
      where,
    )
  }
})

test('createWopiClient names a header that the host does not expose to other origins', async () => {
  const client = createWopiClient({
    wopiSrc: 'http://127.0.0.1/wopi/files/1',
    accessToken: 'write',
    fetch: async () => withType({ status: 200, type: 'cors' }),
  })

  const expected = (header: string) => ({
    code: 'BAD_REPLY',
    message: new RegExp(`has no ${header}: does the host name it in Access-Control-Expose-Headers`),
  })
  await assert.rejects(client.getSequenceNumber(), expected('X-WOPI-SequenceNumber'))
  await assert.rejects(
    client.updateUploadSession('token', 0, CONTENT),
    expected('X-WOPI-UploadSessionCurrentOffset'),
  )
})

test('getFile streams the document', async () => {
  const client = await clientOf(CONTENT)

  const { body, itemVersion } = await client.getFile()
  const pieces: number[] = []
  for await (const piece of body) pieces.push(...piece)

  assert.deepEqual(Uint8Array.from(pieces), CONTENT)
  assert.equal(itemVersion, '1')
})

test('putChunkedFile sends chunks inline and tells the new state', async () => {
  const client = await clientOf(CONTENT)
  const bytes = new TextEncoder().encode('other words')
  const id = chunkIdOf(bytes)
  const chunks = [{ id, length: bytes.length }]
  await client.lock('mine')

  const state = await client.putChunkedFile({
    sequenceNumber: 1,
    lockId: 'mine',
    message: {
      contentProperties: [],
      signatures: [{ streamId: 'MainContent', scheme: 'FullFile', chunks }],
    },
    chunks: [{ id, bytes }],
  })

  assert.equal(state.sequenceNumber, 2)
  assert.equal(await client.getSequenceNumber(), 2)
})

test('updateUploadSession tells where the session stands when the offset is wrong', async () => {
  const client = await clientOf(CONTENT)
  const { token, expiresAt } = await client.createUploadSession()

  const refused = client.updateUploadSession(token, 5, CONTENT)

  assert.equal(expiresAt, host.now() + 30 * 60_000)
  await assert.rejects(refused, { code: 'BAD_REQUEST', status: 400, currentOffset: 0 })
})

test('getChunks verifies a chunk that is asked for as a whole, and not a part of one', async () => {
  const client = await clientOf(CONTENT)
  const chunkId = chunkIdOf(CONTENT)
  const ask = async (offset: number, length: number) => {
    const range = { chunkId, offset, length }
    const reply = await client.getChunks({
      contentFilters: [{ streamId: 'MainContent', chunkRangesToReturn: [range] }],
    })
    const kinds = []
    for await (const { kind } of reply.chunks) kinds.push(kind)
    return kinds
  }

  assert.deepEqual(await ask(0, -1), ['bytes', 'verified'])
  assert.deepEqual(await ask(2, 3), ['bytes'])
})

test('createWopiClient takes the token from the address', async () => {
  const wopiSrc = await host.add(CONTENT)

  const client = createWopiClient({ wopiSrc: `${wopiSrc}?access_token=write&access_token_ttl=0` })

  assert.equal(await client.getSequenceNumber(), 1)
})

test('createWopiClient refuses to start without an address and a token', () => {
  const address = 'http://localhost/wopi/files/1'

  assert.throws(() => createWopiClient({ wopiSrc: address }), /access token is needed/)
  assert.throws(() => createWopiClient({ wopiSrc: 'files/1', accessToken: 'x' }), TypeError)
})

test('splitWopiSrc keeps everything of the address but the token', () => {
  const split = splitWopiSrc('http://host/base/wopi/files/1?tenant=a&access_token=t%2B#top')

  assert.deepEqual(split, {
    wopiSrc: 'http://host/base/wopi/files/1?tenant=a',
    accessToken: 't+',
  })
})

test('splitWopiSrc writes an address in one form', () => {
  assert.deepEqual(splitWopiSrc('HTTP://Host:80/wopi/files/1/'), {
    wopiSrc: 'http://host/wopi/files/1',
  })
})

test('createWopiClient follows no redirect, which would carry the token elsewhere', async () => {
  const network = createFaultyFetch(() => ({ status: 302, headers: { Location: '/elsewhere' } }))
  const client = createWopiClient({
    wopiSrc: 'http://localhost/wopi/files/1',
    accessToken: 'write',
    fetch: network.fetch,
  })

  await assert.rejects(client.getLock(), { code: 'BAD_REQUEST', status: 302 })
  assert.equal(network.calls.length, 1)
})

test('getSequenceNumber refuses a reply that does not tell it', async () => {
  const network = createFaultyFetch(() => ({ status: 200 }))
  const client = createWopiClient({
    wopiSrc: 'http://localhost/wopi/files/1',
    accessToken: 'write',
    fetch: network.fetch,
  })

  await assert.rejects(client.getSequenceNumber(), { code: 'BAD_REPLY' })
  await assert.rejects(client.createUploadSession(), { code: 'BAD_REPLY' })
  await assert.rejects(client.checkFileInfo(), { code: 'BAD_REPLY' })
  await assert.rejects(client.updateUploadSession('t', 0, CONTENT), { code: 'BAD_REPLY' })
})

test('createWopiClient rejects with the reason of an abort, whatever the request is doing', async () => {
  const client = await clientOf(CONTENT)
  const reason = new Error('enough')

  const aborted = client.lock('mine', { signal: AbortSignal.abort(reason) })

  await assert.rejects(aborted, reason)
  assert.equal(await client.getLock(), '')
})

async function clientOf(content: Uint8Array) {
  return createWopiClient({ wopiSrc: await host.add(content), accessToken: 'write' })
}

/** A reply of a kind that only browsers make. */
function withType({ status, type = 'basic' }: { status: number; type?: string }): Response {
  const reply = new Response(null, { status: status || 204 })
  return Object.defineProperties(reply, { status: { value: status }, type: { value: type } })
}
