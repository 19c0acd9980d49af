import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, testBytes } from '../../../test/helpers/test-host.ts'
import { assertRefused, takeCoauthLock } from '../../../test/helpers/wopi-story.ts'

const CONTENT = testBytes(100_000)

test('GetFile sends the content with its version', async () => {
  const host = await createTestHost({ content: CONTENT })

  const reply = await host.send(undefined, { contents: true, token: 'bob:read' })

  const { Version } = JSON.parse((await host.send(undefined)).text)
  assert.equal(reply.status, 200)
  assert.equal(reply.headers.get('X-WOPI-ItemVersion'), Version)
  assert.equal(reply.headers.get('Content-Type'), 'application/octet-stream')
  assert.deepEqual(reply.body, CONTENT)
})

test('GetFile of an empty file sends nothing', async () => {
  const host = await createTestHost()

  const reply = await host.send(undefined, { contents: true })

  assert.deepEqual([reply.status, reply.body.length], [200, 0])
})

test('GetFile of more than the client expects is 412', async () => {
  const host = await createTestHost({ content: CONTENT })
  const expecting = (size: string) =>
    host.send(undefined, { contents: true, headers: { 'X-WOPI-MaxExpectedSize': size } })

  assertRefused(await expecting('99999'), 412)
  assert.equal((await expecting('100000')).status, 200)
})

test('GetFile with an X-WOPI-MaxExpectedSize that is no number is 400', async () => {
  const host = await createTestHost({ content: CONTENT })
  const headers = { 'X-WOPI-MaxExpectedSize': 'large' }

  assertRefused(await host.send(undefined, { contents: true, headers }), 400)
})

test('GetFile is not stopped by locks', async () => {
  const host = await createTestHost({ content: CONTENT })
  await takeCoauthLock(host, 'A', { type: 'CoauthExclusive' })

  assert.deepEqual(await host.get(), CONTENT)
})

test('GetFile sends the state that it began with, also when a save comes in between', async () => {
  const host = await createTestHost({ content: CONTENT })
  await host.lock('L')
  const reply = await host.handler({
    method: 'GET',
    target: `/wopi/files/${host.fileId}/contents?access_token=bob:read`,
    header: () => undefined,
    contentLength: undefined,
    body: (async function* () {})(),
    signal: new AbortController().signal,
  })

  await host.put(testBytes(10, 9), 'L')

  const sent: Uint8Array[] = []
  assert.ok(reply.body && !(reply.body instanceof Uint8Array))
  for await (const bytes of reply.body) sent.push(bytes.slice())
  assert.equal(reply.contentLength, CONTENT.length)
  assert.deepEqual(new Uint8Array(Buffer.concat(sent)), CONTENT)
})

test('GetFile without a valid token is 401, without a right or a file 404', async () => {
  const host = await createTestHost({ content: CONTENT })

  assertRefused(await host.send(undefined, { contents: true, token: undefined }), 401)
  assertRefused(await host.send(undefined, { contents: true, token: 'bob:none' }), 404)
  assertRefused(await host.request('/wopi/files/none/contents'), 404)
})

test('GetFile of a version that the client has is 304 without the content', async () => {
  const host = await createTestHost({ content: CONTENT })
  const get = (tag: string) =>
    host.send(undefined, { contents: true, headers: { 'If-None-Match': tag } })
  const tag = (await get('"none"')).headers.get('ETag') ?? ''

  for (const known of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
    const reply = await get(known)

    assert.deepEqual([reply.status, reply.body.length], [304, 0], known)
    assert.equal(reply.headers.get('ETag'), tag)
  }
  await host.lock('L')
  await host.put(testBytes(3), 'L')
  assert.equal((await get(tag)).status, 200)
})
