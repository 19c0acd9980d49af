import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, type TestHost, testBytes } from '../../../test/helpers/test-host.ts'
import {
  accessHiding,
  addContainer,
  addFile,
  ask,
  askJson,
  follow,
  rootId,
} from '../../../test/helpers/tree-story.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

const CONTENT = testBytes(1000)

const suggested = (name: string) => ({ 'X-WOPI-SuggestedTarget': name })
const exact = (name: string, overwrite?: string) => ({
  'X-WOPI-RelativeTarget': name,
  ...(overwrite !== undefined && { 'X-WOPI-OverwriteRelativeTarget': overwrite }),
})

const create = async (
  host: TestHost,
  headers: Record<string, string>,
  options: { containerId?: string; token?: string } = {},
) => {
  const { containerId = await rootId(host), token = 'alice:all' } = options
  const override = 'CREATE_CHILD_FILE'
  return ask(host, `/wopi/containers/${containerId}`, { override, headers, token })
}
const createdName = async (host: TestHost, headers: Record<string, string>) =>
  JSON.parse((await create(host, headers)).text).Name
const contentOf = async (host: TestHost, fileId: string) =>
  (await ask(host, `/wopi/files/${fileId}/contents`)).body
const childCount = async (host: TestHost) =>
  (await host.tree.children(await rootId(host), 100)).files.length

test('CreateChildFile creates an empty file of the exact name in the container', async () => {
  const host = await createTestHost()
  const containerId = await addContainer(host, 'Folder')

  const reply = await create(host, exact('made+AF8-up.docx'), { containerId })

  const { Name, Url, HostViewUrl, HostEditUrl } = JSON.parse(reply.text)
  const info = JSON.parse((await follow(host, Url)).text)
  assert.equal(reply.status, 200)
  assert.equal(Name, 'made_up.docx')
  assert.deepEqual(
    [info.BaseFileName, info.Size, info.OwnerId, info.UserCanRename],
    ['made_up.docx', 0, 'alice', true],
  )
  const found = await host.tree.find(containerId, 'made_up.docx')
  assert.ok(found && 'fileId' in found)
  assert.ok(Url.startsWith(`https://docs.example/wopi/files/${found.fileId}?`))
  assert.equal(HostViewUrl, `https://app.example/view/${found.fileId}`)
  assert.equal(HostEditUrl, `https://app.example/edit/${found.fileId}`)
})

test('CreateChildFile makes a suggestion legal and free, and never refuses it', async () => {
  const host = await createTestHost()

  assert.equal(await createdName(host, suggested('a.docx')), 'a.docx')
  assert.equal(await createdName(host, suggested('A.docx')), 'A (2).docx')
  assert.equal(await createdName(host, suggested('a/b.docx')), 'a-b.docx')
  assert.equal(await createdName(host, suggested('.docx')), 'New file.docx')
  assert.equal(await createdName(host, suggested('.docx')), 'New file (2).docx')
  assert.match(await createdName(host, suggested(`${'x'.repeat(530)}.docx`)), /^x{1,250}\.docx$/)
})

test('CreateChildFile under an exact name that is taken is 409 and names one that is free', async () => {
  const host = await createTestHost()
  const fileId = await addFile(host, 'a.docx', { content: CONTENT })
  await addContainer(host, 'Folder')

  assertRefused(await create(host, exact('A.docx')), 409, {
    'X-WOPI-ValidRelativeTarget': 'A (2).docx',
    'X-WOPI-Lock': null,
  })
  assertRefused(await create(host, exact('a.docx', 'False')), 409)
  assertRefused(await create(host, exact('Folder', 'True')), 409)
  assert.deepEqual(await contentOf(host, fileId), CONTENT)
  assert.equal(await childCount(host), 1)
})

test('CreateChildFile over a file that is not locked empties it, and keeps its address', async () => {
  const host = await createTestHost()
  const fileId = await addFile(host, 'a.docx', { content: CONTENT })

  const reply = await create(host, exact('A.docx', 'True'))

  const { Name, Url } = JSON.parse(reply.text)
  assert.equal(reply.status, 200)
  assert.equal(Name, 'a.docx')
  assert.ok(Url.startsWith(`https://docs.example/wopi/files/${fileId}?`))
  assert.equal((await contentOf(host, fileId)).length, 0)
  assert.equal((await askJson(host, `/wopi/files/${fileId}`)).Version, '2')
})

test('CreateChildFile over a locked file is 409 with its lock, and changes nothing', async () => {
  const host = await createTestHost()
  const locked = await addFile(host, 'a.docx', { content: CONTENT })
  const coauthored = await addFile(host, 'b.docx', { content: CONTENT })
  const lockHeaders = { 'X-WOPI-Lock': 'L' }
  await ask(host, `/wopi/files/${locked}`, { override: 'LOCK', headers: lockHeaders })
  await ask(host, `/wopi/files/${coauthored}`, {
    override: 'GET_COAUTH_LOCK',
    headers: {
      'X-WOPI-CoauthLockId': 'C',
      'X-WOPI-CoauthLockType': 'Coauth',
      'X-WOPI-CoauthLockExpirationTimeout': '600',
    },
  })

  assertRefused(await create(host, exact('a.docx', 'True')), 409, lockHeaders)
  assertRefused(await create(host, exact('b.docx', 'True')), 409, { 'X-WOPI-Lock': null })
  for (const fileId of [locked, coauthored])
    assert.deepEqual(await contentOf(host, fileId), CONTENT)
})

test('CreateChildFile over a file that the user may not write is 501', async () => {
  const hidden = new Set<string>()
  const host = await createTestHost({ access: accessHiding(hidden) })
  const fileId = await addFile(host, 'a.docx', { content: CONTENT })
  hidden.add(fileId)
  const reader = await createTestHost()
  const other = await addFile(reader, 'a.docx', { content: CONTENT })
  const token = 'alice:read+create+browse'

  assertRefused(await create(host, exact('a.docx', 'True')), 501)
  assertRefused(await create(reader, exact('a.docx', 'True'), { token }), 501)
  hidden.clear()
  assert.deepEqual(await contentOf(host, fileId), CONTENT)
  assert.deepEqual(await contentOf(reader, other), CONTENT)
})

test('CreateChildFile over a file that the user may only read is 501, though there is a token for it', async () => {
  const base = accessHiding(new Set())
  const host = await createTestHost({
    access: {
      ...base,
      async authenticate(token, request) {
        const grant = await base.authenticate(token, request)
        const readOnly = grant && { ...grant, permissions: new Set(['read'] as const) }
        return request.fileId === fileId ? readOnly : grant
      },
    },
  })
  const fileId = await addFile(host, 'a.docx', { content: CONTENT })

  assertRefused(await create(host, exact('a.docx', 'True')), 501)
  assert.deepEqual(await contentOf(host, fileId), CONTENT)
})

test('CreateChildFile with both names is 501, with neither or a bad one 400', async () => {
  const host = await createTestHost()

  assertRefused(await create(host, { ...suggested('a.docx'), ...exact('b.docx') }), 501)
  assertRefused(await create(host, {}), 400)
  const bad = await create(host, exact('a/b.docx'))
  assertRefused(bad, 400, { 'X-WOPI-ValidRelativeTarget': 'a-b.docx' })
  assert.ok(bad.headers.get('X-WOPI-InvalidFileNameError'))
  assert.equal(await childCount(host), 0)
})

test('CreateChildFile: of many under one exact name just one wins, under one suggestion all do', async () => {
  const host = await createTestHost()
  const ten = Array.from({ length: 10 })

  const exactly = await Promise.all(ten.map(() => create(host, exact('a.docx'))))
  const alike = await Promise.all(ten.map(() => create(host, suggested('b.docx'))))

  const statuses = exactly.map(({ status }) => status).sort()
  assert.deepEqual(statuses, [200, ...Array.from({ length: 9 }, () => 409)])
  const names = new Set(alike.map(({ text }) => JSON.parse(text).Name))
  assert.equal(names.size, 10)
})

test('CreateChildFile is 501 without the right to browse, 404 without the right to create', async () => {
  const host = await createTestHost()
  const headers = suggested('a.docx')

  assertRefused(await create(host, headers, { token: 'alice:write+create' }), 501)
  assertRefused(await create(host, headers, { token: 'alice:write+browse' }), 404)
  assertRefused(await create(host, headers, { token: 'forged' }), 401)
  assertRefused(await create(host, headers, { containerId: 'none' }), 404)
  assert.equal(await childCount(host), 0)
})
