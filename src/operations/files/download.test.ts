import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, type TestHost, testBytes } from '../../../test/helpers/test-host.ts'
import { askJson, follow } from '../../../test/helpers/tree-story.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

const CONTENT = testBytes(100_000)

const download = (host: TestHost, headers: Record<string, string> = {}) =>
  host.request(`/wopi/files/${host.fileId}/download`, { token: 'bob:read', headers })

test('Download sends the content as a file of its name', async () => {
  const host = await createTestHost({ content: CONTENT, name: 'Zoë’s 1.docx' })

  const reply = await download(host)

  assert.equal(reply.status, 200)
  assert.deepEqual(reply.body, CONTENT)
  assert.equal(reply.headers.get('Content-Type'), 'application/octet-stream')
  assert.equal(reply.headers.get('X-Content-Type-Options'), 'nosniff')
  assert.equal(
    reply.headers.get('Content-Disposition'),
    "attachment; filename*=UTF-8''Zo%C3%AB%E2%80%99s%201.docx",
  )
})

test('Download at the address that CheckFileInfo gave before a save sends what is newest', async () => {
  const host = await createTestHost({ content: CONTENT })
  const { FileUrl, DownloadUrl } = await askJson(host, `/wopi/files/${host.fileId}`)
  await host.lock('L')
  const newest = testBytes(50, 9)
  await host.put(newest, 'L')

  assert.deepEqual((await follow(host, FileUrl)).body, newest)
  assert.deepEqual((await follow(host, DownloadUrl)).body, newest)
})

test('Download: its token opens nothing else', async () => {
  const host = await createTestHost({ content: CONTENT })
  const { FileUrl } = await askJson(host, `/wopi/files/${host.fileId}`)
  const token = new URL(FileUrl).searchParams.get('access_token') ?? ''

  assertRefused(await host.request(`/wopi/files/${host.fileId}/contents`, { token }), 401)
})

test('Download of a range sends just that', async () => {
  const host = await createTestHost({ content: CONTENT })

  const reply = await download(host, { Range: 'bytes=10-19' })
  const end = await download(host, { Range: 'bytes=99990-' })

  assert.equal(reply.status, 206)
  assert.equal(reply.headers.get('Content-Range'), 'bytes 10-19/100000')
  assert.deepEqual(reply.body, CONTENT.slice(10, 20))
  assert.deepEqual(end.body, CONTENT.slice(99_990))
})

test('Download of a range that is not there, or of another version, sends everything', async () => {
  const host = await createTestHost({ content: CONTENT })
  const tag = (await download(host)).headers.get('ETag') ?? ''
  const range = { Range: 'bytes=0-9' }

  assert.equal((await download(host, { Range: 'bytes=100000-' })).status, 200)
  assert.equal((await download(host, { ...range, 'If-Range': tag })).status, 206)
  const other = await download(host, { ...range, 'If-Range': '"0"' })
  assert.deepEqual([other.status, other.body.length], [200, CONTENT.length])
})

test('Download of an empty file sends nothing', async () => {
  const host = await createTestHost()

  const reply = await download(host, { Range: 'bytes=0-' })

  assert.deepEqual([reply.status, reply.body.length], [200, 0])
})

test('Download without a valid token is 401, without a right or a file 404', async () => {
  const host = await createTestHost({ content: CONTENT })
  const target = `/wopi/files/${host.fileId}/download`

  assertRefused(await host.request(target, { token: undefined }), 401)
  assertRefused(await host.request(target, { token: 'bob:none' }), 404)
  assertRefused(await host.request('/wopi/files/none/download', { token: 'bob:read' }), 404)
})

test('Download of a version that the client has is 304, whatever range it asks for', async () => {
  const host = await createTestHost({ content: CONTENT })
  const tag = (await download(host)).headers.get('ETag') ?? ''

  const known = await download(host, { 'If-None-Match': tag, Range: 'bytes=0-9' })
  const other = await download(host, { 'If-None-Match': '"0"' })

  assert.deepEqual([known.status, known.body.length], [304, 0])
  assert.equal(other.status, 200)
})
