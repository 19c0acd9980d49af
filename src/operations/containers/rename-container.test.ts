import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, type TestHost } from '../../../test/helpers/test-host.ts'
import { addContainer, addFile, ask, askJson, rootId } from '../../../test/helpers/tree-story.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

const at = (containerId: string) => `/wopi/containers/${containerId}`
const rename = (host: TestHost, containerId: string, name: string, token = 'alice:all') =>
  ask(host, at(containerId), {
    override: 'RENAME_CONTAINER',
    token,
    headers: { 'X-WOPI-RequestedName': name },
  })
const nameOf = async (host: TestHost, containerId: string) =>
  (await askJson(host, at(containerId))).Name

test('RenameContainer gives another name, which the address does not follow', async () => {
  const host = await createTestHost()
  const folder = await addContainer(host, 'Folder')

  const reply = await rename(host, folder, 'container+AF8-name')

  assert.deepEqual([reply.status, JSON.parse(reply.text)], [200, { Name: 'container_name' }])
  assert.equal(await nameOf(host, folder), 'container_name')
  assert.ok(await addContainer(host, 'Folder'))
})

test('RenameContainer to its own name in another case is allowed', async () => {
  const host = await createTestHost()
  const folder = await addContainer(host, 'folder')

  assert.equal((await rename(host, folder, 'Folder')).status, 200)
  assert.equal(await nameOf(host, folder), 'Folder')
})

test('RenameContainer to a name that is taken is 409', async () => {
  const host = await createTestHost()
  const folder = await addContainer(host, 'Folder')
  await addContainer(host, 'Other')
  await addFile(host, 'file.docx')

  for (const name of ['Other', 'OTHER', 'file.docx'])
    assertRefused(await rename(host, folder, name), 409)
  assert.equal(await nameOf(host, folder), 'Folder')
})

test('RenameContainer to a name that is not allowed is 400 and tells why', async () => {
  const host = await createTestHost()
  const folder = await addContainer(host, 'Folder')

  for (const name of ['a/b', '.hidden', 'con', 'x'.repeat(300), 'a+2AA-', 'a+AAA-']) {
    const reply = await rename(host, folder, name)

    assertRefused(reply, 400)
    assert.ok(reply.headers.get('X-WOPI-InvalidContainerNameError'), name)
  }
  assertRefused(await rename(host, folder, ''), 400)
  assert.equal(await nameOf(host, folder), 'Folder')
})

test('RenameContainer without a valid token is 401, without a right or a container 404', async () => {
  const host = await createTestHost()
  const root = await rootId(host)

  assertRefused(await rename(host, root, 'Other', 'forged'), 401)
  assertRefused(await rename(host, root, 'Other', 'alice:read+write+create+delete+browse'), 404)
  assertRefused(await rename(host, 'none', 'Other'), 404)
  assert.equal(await nameOf(host, root), 'Documents')
})

test('RenameContainer of one that is deleted meanwhile is 404', async () => {
  const host = await createTestHost()
  const folder = await addContainer(host, 'Folder')
  host.tree.renameContainer = async () => ({ ok: false, reason: 'gone' })

  assertRefused(await rename(host, folder, 'Other'), 404)
})

test('RenameContainer is 501 where there are no containers', async () => {
  const host = await createTestHost({ features: { containers: false } })

  assertRefused(await rename(host, await addContainer(host, 'Folder'), 'Other'), 501)
})
