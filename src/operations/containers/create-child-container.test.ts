import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, type TestHost } from '../../../test/helpers/test-host.ts'
import { addContainer, addFile, ask, follow, rootId } from '../../../test/helpers/tree-story.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

const suggested = (name: string) => ({ 'X-WOPI-SuggestedTarget': name })
const exact = (name: string) => ({ 'X-WOPI-RelativeTarget': name })

const create = async (
  host: TestHost,
  headers: Record<string, string>,
  options: { containerId?: string; token?: string } = {},
) => {
  const { containerId = await rootId(host), token = 'alice:all' } = options
  const override = 'CREATE_CHILD_CONTAINER'
  return ask(host, `/wopi/containers/${containerId}`, { override, headers, token })
}
const createdName = async (host: TestHost, headers: Record<string, string>) =>
  JSON.parse((await create(host, headers)).text).ContainerPointer.Name
const childCount = async (host: TestHost) =>
  (await host.tree.children(await rootId(host), 100)).containers.length

test('CreateChildContainer creates an empty container, and tells what may be done there', async () => {
  const host = await createTestHost()
  const containerId = await addContainer(host, 'Folder')

  const reply = await create(host, exact('made+AF8-up'), { containerId })

  const { ContainerPointer: pointer, ContainerInfo: info } = JSON.parse(reply.text)
  assert.equal(reply.status, 200)
  assert.equal(pointer.Name, 'made_up')
  assert.deepEqual(JSON.parse((await follow(host, pointer.Url)).text), info)
  assert.deepEqual([info.Name, info.UserCanDelete], ['made_up', true])
  const { containers } = await host.tree.children(containerId, 10)
  assert.deepEqual(
    containers.map(({ name, ownerId }) => [name, ownerId]),
    [['made_up', 'alice']],
  )
})

test('CreateChildContainer makes a suggestion legal and free, and never refuses it', async () => {
  const host = await createTestHost()

  assert.equal(await createdName(host, suggested('testfolder')), 'testfolder')
  assert.equal(await createdName(host, suggested('TestFolder')), 'TestFolder (2)')
  assert.equal(await createdName(host, suggested('a/b')), 'a-b')
  assert.equal(await createdName(host, suggested('...')), 'New folder')
})

test('CreateChildContainer under an exact name that is taken is 409 and names one that is free', async () => {
  const host = await createTestHost()
  await addContainer(host, 'Folder')
  await addFile(host, 'file')

  assertRefused(await create(host, exact('folder')), 409, {
    'X-WOPI-ValidRelativeTarget': 'folder (2)',
  })
  assertRefused(await create(host, exact('file')), 409)
  assert.equal(await childCount(host), 1)
})

test('CreateChildContainer with both names is 501, with neither or a bad one 400', async () => {
  const host = await createTestHost()

  assertRefused(await create(host, { ...suggested('a'), ...exact('b') }), 501)
  assertRefused(await create(host, {}), 400)
  const bad = await create(host, exact('a/b'))
  assertRefused(bad, 400, { 'X-WOPI-ValidRelativeTarget': 'a-b' })
  assert.ok(bad.headers.get('X-WOPI-InvalidContainerNameError'))
  assert.equal(await childCount(host), 0)
})

test('CreateChildContainer is 501 without the right to browse, 404 without the right to create', async () => {
  const host = await createTestHost()
  const headers = suggested('a')

  assertRefused(await create(host, headers, { token: 'alice:read+create' }), 501)
  assertRefused(await create(host, headers, { token: 'alice:read+browse' }), 404)
  assertRefused(await create(host, headers, { token: 'forged' }), 401)
  assertRefused(await create(host, headers, { containerId: 'none' }), 404)
  assert.equal(await childCount(host), 0)
})
