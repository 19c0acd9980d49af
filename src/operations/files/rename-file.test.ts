import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, type TestHost, testBytes } from '../../../test/helpers/test-host.ts'
import {
  accessWithoutTokens,
  addContainer,
  addFile,
  ask,
  follow,
} from '../../../test/helpers/tree-story.ts'
import { assertRefused, takeCoauthLock } from '../../../test/helpers/wopi-story.ts'

const CONTENT = testBytes(50)
const wopi = (lockId: string) => ({ 'X-WOPI-Lock': lockId })
const coauth = (lockId: string) => ({ 'X-WOPI-CoauthLockId': lockId })

test('RenameFile changes the name and nothing else', async () => {
  const host = await treeHost()
  const before = await infoOf(host)

  const reply = await rename(host, 'new+AF8-name')

  const after = await infoOf(host)
  assert.equal(JSON.parse(reply.text).Name, 'new_name')
  assert.deepEqual(after, { ...before, BaseFileName: 'new_name.docx' })
  assert.deepEqual(await host.get(), CONTENT)
})

test('RenameFile tells the address and the time, which Collabora goes by', async () => {
  const host = await treeHost()
  await host.lock('L')
  const saved = JSON.parse((await host.put(CONTENT, 'L')).text)
  host.advance(5000)

  const reply = JSON.parse((await rename(host, 'new', wopi('L'))).text)

  const info = JSON.parse((await follow(host, reply.Url)).text)
  assert.equal(info.BaseFileName, 'new.docx')
  assert.equal(reply.LastModifiedTime, saved.LastModifiedTime)
})

test('RenameFile tells an address without a token where the application makes none', async () => {
  const host = await createTestHost({ access: accessWithoutTokens() })

  const reply = JSON.parse((await rename(host, 'new')).text)

  assert.equal(reply.Url, `https://docs.example/wopi/files/${host.fileId}`)
})

test('RenameFile does not double an extension that the client sends', async () => {
  const host = await treeHost()

  await rename(host, 'minutes.DOCX')

  assert.equal((await infoOf(host)).BaseFileName, 'minutes.docx')
})

test('RenameFile gives no extension to a file that has none', async () => {
  const host = await createTestHost({ content: CONTENT, inTree: true, name: 'README' })

  assert.equal(await renamedTo(host, 'notes v1.2.3'), 'notes v1-2-3')
  assert.equal((await infoOf(host)).BaseFileName, 'notes v1-2-3')
})

test('RenameFile makes a name legal, and numbers one that is taken', async () => {
  const host = await treeHost()
  await addFile(host, 'taken.docx')
  await addContainer(host, 'taken (2).docx')

  assert.equal(await renamedTo(host, 'a/b: c'), 'a-b- c')
  assert.equal(await renamedTo(host, 'TAKEN'), 'TAKEN (3)')
  assert.equal(await renamedTo(host, '..'), 'TAKEN (3)')
  assert.match(await renamedTo(host, 'x'.repeat(600)), /^x{250}$/)
})

test('RenameFile shortens a name so that it has room for any extension', async () => {
  const host = await createTestHost({ name: 'a.longextension' })

  assert.equal(await renamedTo(host, 'x'.repeat(250)), 'x'.repeat(255 - '.longextension'.length))
})

test('RenameFile to its own name in other letters is no conflict with itself', async () => {
  const host = await treeHost()

  assert.equal(await renamedTo(host, 'REPORT'), 'REPORT')
  assert.equal(await renamedTo(host, 'REPORT'), 'REPORT')
})

test('RenameFile of a locked file needs its lock, whose id the answer tells', async () => {
  const host = await treeHost()
  await host.lock('L')

  assertRefused(await rename(host, 'a'), 409, { 'X-WOPI-Lock': 'L' })
  assertRefused(await rename(host, 'a', wopi('other')), 409, { 'X-WOPI-Lock': 'L' })
  assertRefused(await rename(host, 'a', coauth('L')), 409, { 'X-WOPI-Lock': 'L' })
  assert.equal((await infoOf(host)).BaseFileName, 'report.docx')
  assert.equal((await rename(host, 'a', wopi('L'))).status, 200)
})

test('RenameFile of a coauthored file needs one of its coauthoring locks', async () => {
  const host = await treeHost()
  await takeCoauthLock(host, 'A')
  await takeCoauthLock(host, 'X', { type: 'CoauthExclusive' })

  for (const headers of [{}, wopi('A'), coauth('other')])
    assertRefused(await rename(host, 'a', headers), 409, { 'X-WOPI-Lock': null })
  for (const lockId of ['A', 'X'])
    assert.equal((await rename(host, 'a', coauth(lockId))).status, 200)
})

test('RenameFile of a file that is not locked takes any lock that is shown', async () => {
  const host = await treeHost()

  for (const headers of [{}, wopi('L'), coauth('A'), { ...wopi(''), ...coauth('') }])
    assert.equal((await rename(host, 'a', headers)).status, 200)
})

test('RenameFile with both kinds of locks is 400, whatever the file is locked by', async () => {
  const host = await treeHost()
  const both = { ...wopi('L'), ...coauth('A') }

  assertRefused(await rename(host, 'a', both), 400)
  await host.lock('L')
  assertRefused(await rename(host, 'a', both), 400)
})

test('RenameFile without a name, or with one that cannot be read, is 400', async () => {
  const host = await treeHost()

  assertRefused(await rename(host, ''), 400)
  const unreadable = await rename(host, '+2AA-')
  assertRefused(unreadable, 400)
  assert.ok(unreadable.headers.get('X-WOPI-InvalidFileNameError'))
})

test('RenameFile and Lock at once do not end in a rename without the lock', async () => {
  const host = await treeHost()
  const { metadata } = host.content
  const { placeDocument } = metadata
  metadata.placeDocument = async (...input) => {
    metadata.placeDocument = placeDocument
    await host.lock('theirs')
    return placeDocument(...input)
  }

  assertRefused(await rename(host, 'a'), 409, { 'X-WOPI-Lock': 'theirs' })
  assert.equal((await infoOf(host)).BaseFileName, 'report.docx')
})

test('RenameFile without the right is 404, and so is that of a deleted file', async () => {
  const host = await treeHost()

  assertRefused(await rename(host, 'a', {}, 'alice:write'), 404)
  await ask(host, `/wopi/files/${host.fileId}`, { override: 'DELETE' })
  assertRefused(await rename(host, 'a'), 404)
})

test('RenameFile of a file outside of the tree minds no other names', async () => {
  const host = await createTestHost()

  assert.equal(await renamedTo(host, 'new'), 'new')
})

function treeHost(): Promise<TestHost> {
  return createTestHost({ content: CONTENT, inTree: true })
}

function rename(host: TestHost, name: string, headers = {}, token = 'alice:all') {
  return ask(host, `/wopi/files/${host.fileId}`, {
    override: 'RENAME_FILE',
    headers: { 'X-WOPI-RequestedName': name, ...headers },
    token,
  })
}

async function renamedTo(host: TestHost, name: string): Promise<string> {
  return JSON.parse((await rename(host, name)).text).Name
}

async function infoOf(host: TestHost) {
  const { HostEditUrl, HostViewUrl, FileUrl, DownloadUrl, ...info } = JSON.parse(
    (await host.send(undefined)).text,
  )
  return info
}
