import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, type TestHost, testBytes } from '../../../test/helpers/test-host.ts'
import {
  accessHiding,
  accessWithoutTokens,
  addContainer,
  addFile,
  ask,
  follow,
  rootId,
} from '../../../test/helpers/tree-story.ts'
import { assertRefused, takeCoauthLock } from '../../../test/helpers/wopi-story.ts'
import type { Access } from '../../ports/access.ts'

const OLD = testBytes(100, 1)
const NEW = testBytes(300, 2)

const suggested = (name: string) => ({ 'X-WOPI-SuggestedTarget': name })
const exact = (name: string, overwrite?: string) => ({
  'X-WOPI-RelativeTarget': name,
  ...(overwrite !== undefined && { 'X-WOPI-OverwriteRelativeTarget': overwrite }),
})

test('PutRelativeFile creates a file of the exact name beside the file', async () => {
  const host = await treeHost()

  const reply = await put(host, exact('made+AF8-up.docx'))

  const { Name, Url, HostViewUrl, HostEditUrl } = JSON.parse(reply.text)
  const info = JSON.parse((await follow(host, Url)).text)
  const found = await host.tree.find(await rootId(host), 'made_up.docx')
  assert.ok(found && 'fileId' in found)
  assert.deepEqual([reply.status, Name], [200, 'made_up.docx'])
  assert.deepEqual([info.Size, info.OwnerId], [NEW.length, 'alice'])
  assert.deepEqual(
    [HostViewUrl, HostEditUrl],
    [`https://app.example/view/${found.fileId}`, `https://app.example/edit/${found.fileId}`],
  )
  assert.deepEqual(await contentOf(host, found.fileId), NEW)
  assert.deepEqual(await host.get(), OLD)
})

test('PutRelativeFile tells the time of the document that stays open', async () => {
  const host = await treeHost()
  const before = await host.send(undefined)
  host.advance(5000)

  const reply = await put(host, suggested('copy.docx'))

  const time = JSON.parse(reply.text).LastModifiedTime
  assert.equal(time, JSON.parse(before.text).LastModifiedTime)
})

test('PutRelativeFile over the document itself tells its new time', async () => {
  const host = await treeHost()
  host.advance(5000)

  const reply = await put(host, exact('report.docx', 'True'))

  const after = JSON.parse((await host.send(undefined)).text)
  assert.deepEqual([reply.status, after.Size], [200, NEW.length])
  assert.equal(JSON.parse(reply.text).LastModifiedTime, after.LastModifiedTime)
})

test('PutRelativeFile of an extension keeps the name of the file', async () => {
  const host = await treeHost()

  assert.equal(await putName(host, suggested('.pdf')), 'report.pdf')
  assert.equal(await putName(host, suggested('.docx')), 'report (2).docx')
})

test('PutRelativeFile makes a suggestion legal and free, and never refuses it', async () => {
  const host = await treeHost()

  assert.equal(await putName(host, suggested('a/b.docx')), 'a-b.docx')
  assert.equal(await putName(host, suggested('A-B.docx')), 'A-B (2).docx')
  assert.equal(await putName(host, suggested('caf+AOk-.docx')), 'café.docx')
  assert.equal(await putName(host, suggested('100+ ideas.docx')), '100+ ideas.docx')
  assert.match(await putName(host, suggested(`${'x'.repeat(530)}.docx`)), /^x{1,250}\.docx$/)
})

test('PutRelativeFile of one suggestion by many at once gives each a file of its own', async () => {
  const host = await treeHost()
  const contents = [1, 2, 3, 4, 5].map((seed) => testBytes(50, seed))

  const replies = await Promise.all(contents.map((body) => put(host, suggested('a.docx'), body)))

  const names = new Set(replies.map((reply) => JSON.parse(reply.text).Name))
  assert.equal(names.size, 5)
  for (const [index, reply] of replies.entries()) {
    const { pathname, search } = new URL(JSON.parse(reply.text).Url)
    const kept = await host.request(`${pathname}/contents${search}`, { token: undefined })
    assert.deepEqual(kept.body, contents[index])
  }
})

test('PutRelativeFile of one exact name by two at once gives it to one of them', async () => {
  const host = await treeHost()

  const replies = await Promise.all([put(host, exact('a.docx')), put(host, exact('a.docx'))])

  assert.deepEqual(replies.map((reply) => reply.status).sort(), [200, 409])
})

test('PutRelativeFile of an exact name that is taken is 409 with a free one', async () => {
  const host = await treeHost()
  const fileId = await addFile(host, 'a.docx', { content: OLD })
  await addContainer(host, 'b.docx')

  for (const headers of [exact('A.docx'), exact('a.docx', 'false'), exact('b.docx', 'true')])
    assertRefused(await put(host, headers), 409, {
      'X-WOPI-ValidRelativeTarget': `${headers['X-WOPI-RelativeTarget'].slice(0, 1)} (2).docx`,
      'X-WOPI-Lock': null,
    })
  assert.deepEqual(await contentOf(host, fileId), OLD)
})

test('PutRelativeFile that may overwrite replaces the content and keeps the address', async () => {
  const host = await treeHost()
  const fileId = await addFile(host, 'a.docx', { content: OLD })

  const reply = await put(host, exact('A.docx', 'True'))

  assert.equal(JSON.parse(reply.text).Name, 'a.docx')
  assert.match(JSON.parse(reply.text).Url, new RegExp(`/wopi/files/${fileId}\\?`))
  assert.deepEqual(await contentOf(host, fileId), NEW)
})

test('PutRelativeFile overwrites no file that has another name when its content has come', async () => {
  const host = await treeHost()
  const fileId = await addFile(host, 'a.docx', { content: OLD })
  async function* slowly() {
    yield NEW
    await ask(host, `/wopi/files/${fileId}`, {
      override: 'RENAME_FILE',
      headers: { 'X-WOPI-RequestedName': 'thesis' },
    })
    await addFile(host, 'a.docx', { content: OLD })
  }

  assertRefused(await put(host, exact('a.docx', 'true'), slowly()), 409, { 'X-WOPI-Lock': null })

  assert.deepEqual(await contentOf(host, fileId), OLD)
})

test('PutRelativeFile does not overwrite a file that is locked, and tells its lock', async () => {
  const host = await treeHost()
  const fileId = await addFile(host, 'a.docx', { content: OLD })
  await ask(host, `/wopi/files/${fileId}`, {
    override: 'LOCK',
    headers: { 'X-WOPI-Lock': 'theirs' },
  })

  assertRefused(await put(host, exact('a.docx', 'true')), 409, { 'X-WOPI-Lock': 'theirs' })
  assert.deepEqual(await contentOf(host, fileId), OLD)
})

test('PutRelativeFile tells no lock of a file that is being coauthored', async () => {
  const host = await treeHost()
  await takeCoauthLock(host, 'A')

  assertRefused(await put(host, exact('report.docx', 'true')), 409, { 'X-WOPI-Lock': null })
  assert.deepEqual(await host.get(), OLD)
})

test('PutRelativeFile is not stopped by a lock of the file that it starts from', async () => {
  const host = await treeHost()
  await host.lock('L')

  assert.equal((await put(host, suggested('.pdf'))).status, 200)
})

test('PutRelativeFile is 501 for an overwrite that the application gives no token for', async () => {
  const hidden = new Set<string>()
  const host = await createTestHost({ content: OLD, inTree: true, access: accessHiding(hidden) })
  hidden.add(await addFile(host, 'a.docx', { content: OLD }))

  assertRefused(await put(host, exact('a.docx', 'true')), 501)
})

test('PutRelativeFile is 501 without the right to create, and without tokens', async () => {
  const host = await treeHost()
  const without = await createTestHost({ inTree: true, access: accessWithoutTokens() })

  assertRefused(await put(host, suggested('.pdf'), NEW, 'alice:read+write+browse'), 501)
  assertRefused(await put(host, { ...suggested('a'), ...exact('b') }, NEW, 'alice:write'), 501)
  assertRefused(await put(without, suggested('.pdf')), 501)
  assertRefused(await put(host, suggested('.pdf'), NEW, 'forged'), 401)
})

test('PutRelativeFile with both names is 501, with none or an illegal one 400', async () => {
  const host = await treeHost()

  assertRefused(await put(host, { ...suggested('a.docx'), ...exact('b.docx') }), 501)
  assertRefused(await put(host, {}), 400)
  assertRefused(await put(host, exact('a/b.docx')), 400, {
    'X-WOPI-ValidRelativeTarget': 'a-b.docx',
  })
  assert.equal((await host.tree.children(await rootId(host), 10)).files.length, 1)
})

test('PutRelativeFile of more than the host allows is 413, and adds no file', async () => {
  const host = await createTestHost({ inTree: true, limits: { maxFileBytes: 200 } })
  const override = 'PUT_RELATIVE'
  const target = `/wopi/files/${host.fileId}`

  for (const chunked of [false, true])
    assertRefused(
      await ask(host, target, { override, headers: suggested('.pdf'), body: NEW, chunked }),
      413,
    )
  assert.equal((await host.tree.children(await rootId(host), 10)).files.length, 1)
})

test('PutRelativeFile of a file that its user may not see is 404, and adds none', async () => {
  const { authenticate, issue } = accessHiding(new Set())
  const known = new Set<string | undefined>()
  const access: Access = {
    authenticate,
    issue: async (request) => (known.has(request.fileId) ? issue?.(request) : undefined),
  }
  const host = await createTestHost({ content: OLD, inTree: true, access })
  known.add(host.fileId)

  assertRefused(await put(host, suggested('.pdf')), 404)

  assert.equal((await host.tree.children(await rootId(host), 10)).files.length, 1)
})

test('PutRelativeFile whose body breaks adds no file', async () => {
  const host = await treeHost()
  async function* broken() {
    yield OLD
    throw new Error('the connection is gone')
  }

  const reply = await put(host, suggested('.pdf'), broken())

  assert.equal(reply.status, 500)
  assert.equal((await host.tree.children(await rootId(host), 10)).files.length, 1)
})

test('PutRelativeFile beside a file outside of the tree stays outside', async () => {
  const host = await createTestHost({ content: OLD })

  const reply = await put(host, suggested('.pdf'))

  const { pathname } = new URL(JSON.parse(reply.text).Url)
  const added = await host.content.metadata.readDocument(pathname.slice('/wopi/files/'.length))
  assert.equal(added?.document.containerId, null)
})

function treeHost(): Promise<TestHost> {
  return createTestHost({ content: OLD, inTree: true })
}

function put(
  host: TestHost,
  headers: Record<string, string>,
  body: Uint8Array | AsyncIterable<Uint8Array> = NEW,
  token = 'alice:all',
) {
  return ask(host, `/wopi/files/${host.fileId}`, { override: 'PUT_RELATIVE', headers, body, token })
}

async function putName(host: TestHost, headers: Record<string, string>): Promise<string> {
  const reply = await put(host, headers)
  assert.equal(reply.status, 200, reply.headers.get('X-WOPI-FailureReason') ?? '')
  return JSON.parse(reply.text).Name
}

async function contentOf(host: TestHost, fileId: string): Promise<Uint8Array> {
  return (await ask(host, `/wopi/files/${fileId}/contents`)).body
}
