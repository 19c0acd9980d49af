import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, type TestHost, testBytes } from '../../../test/helpers/test-host.ts'
import { addFile, ask } from '../../../test/helpers/tree-story.ts'
import { assertRefused, openSession, takeCoauthLock } from '../../../test/helpers/wopi-story.ts'

const CONTENT = testBytes(50)

test('DeleteFile makes the file 404 for everything, and its name free', async () => {
  const host = await treeHost()
  await openSession(host)

  const reply = await remove(host)

  assert.equal(reply.status, 200)
  for (const override of [undefined, 'LOCK', 'GET_LOCK', 'DELETE', 'RENAME_FILE'])
    assertRefused(await host.send(override, { token: 'alice:all' }), 404)
  assertRefused(await host.send(undefined, { contents: true }), 404)
  assert.ok(await addFile(host, 'report.docx'))
})

test('DeleteFile of a locked file is 409 with its lock, also for who holds it', async () => {
  const host = await treeHost()
  await host.lock('L')

  assertRefused(await remove(host, { 'X-WOPI-Lock': 'L' }), 409, { 'X-WOPI-Lock': 'L' })
  assert.deepEqual(await host.get(), CONTENT)
})

test('DeleteFile of a coauthored file is 409 without a lock', async () => {
  const host = await treeHost()
  await takeCoauthLock(host, 'A')

  assertRefused(await remove(host), 409, { 'X-WOPI-Lock': null })
  assert.deepEqual(await host.get(), CONTENT)
})

test('DeleteFile works once the lock has expired', async () => {
  const host = await treeHost()
  await host.lock('L')
  host.advance(30 * 60_000)

  assert.equal((await remove(host)).status, 200)
})

test('DeleteFile and Lock at once: the file that is locked stays', async () => {
  const host = await treeHost()
  const { metadata } = host.content
  const { deleteDocument } = metadata
  metadata.deleteDocument = async (...input) => {
    metadata.deleteDocument = deleteDocument
    await host.lock('theirs')
    return deleteDocument(...input)
  }

  assertRefused(await remove(host), 409, { 'X-WOPI-Lock': 'theirs' })
  assert.deepEqual(await host.get(), CONTENT)
})

test('DeleteFile without the right is 404, without a valid token 401', async () => {
  const host = await treeHost()

  assertRefused(await remove(host, {}, 'alice:write'), 404)
  assertRefused(await remove(host, {}, 'forged'), 401)
  assert.deepEqual(await host.get(), CONTENT)
})

function treeHost(): Promise<TestHost> {
  return createTestHost({ content: CONTENT, inTree: true })
}

function remove(host: TestHost, headers = {}, token = 'alice:all') {
  return ask(host, `/wopi/files/${host.fileId}`, { override: 'DELETE', headers, token })
}
