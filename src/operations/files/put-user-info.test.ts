import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, type TestHost, testBytes } from '../../../test/helpers/test-host.ts'
import { addFile } from '../../../test/helpers/tree-story.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

test('PutUserInfo is given back by CheckFileInfo of every file, to this user alone', async () => {
  const host = await createTestHost()
  const other = await addFile(host, 'other.docx')

  const reply = await put(host, 'tips=seen')

  const elsewhere = await host.request(`/wopi/files/${other}`)
  assert.equal(reply.status, 200)
  assert.equal(await userInfoOf(host), 'tips=seen')
  assert.equal(JSON.parse(elsewhere.text).UserInfo, 'tips=seen')
  assert.equal(await userInfoOf(host, 'bob:read'), undefined)
})

test('PutUserInfo replaces what was there, by nothing too', async () => {
  const host = await createTestHost()

  for (const text of ['a', 'b', '', 'x'.repeat(1024)]) {
    await put(host, text)
    assert.equal(await userInfoOf(host), text)
  }
})

test('PutUserInfo is for those who may only read, too', async () => {
  const host = await createTestHost()

  assert.equal((await put(host, 'a', 'bob:read')).status, 200)
})

test('PutUserInfo of more than 1024 bytes is 413, of anything but ASCII 400', async () => {
  const host = await createTestHost()
  await put(host, 'kept')

  assertRefused(await put(host, 'x'.repeat(1025)), 413)
  assertRefused(await put(host, testBytes(1_000_000)), 413)
  assertRefused(await put(host, 'caf\u00e9'), 400)
  assert.equal(await userInfoOf(host), 'kept')
})

test('PutUserInfo without a right on the file is 404', async () => {
  const host = await createTestHost()

  assertRefused(await put(host, 'a', 'bob:none'), 404)
})

function put(host: TestHost, text: string | Uint8Array, token = 'alice:write') {
  const body = typeof text === 'string' ? new TextEncoder().encode(text) : text
  return host.send('PUT_USER_INFO', { body, token })
}

async function userInfoOf(host: TestHost, token = 'alice:write'): Promise<unknown> {
  return JSON.parse((await host.send(undefined, { token })).text).UserInfo
}
