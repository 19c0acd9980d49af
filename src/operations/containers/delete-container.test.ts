import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, type TestHost } from '../../../test/helpers/test-host.ts'
import { addContainer, addFile, ask, rootId } from '../../../test/helpers/tree-story.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

const remove = (host: TestHost, containerId: string, token = 'alice:all') =>
  ask(host, `/wopi/containers/${containerId}`, { override: 'DELETE_CONTAINER', token })

test('DeleteContainer deletes an empty container and frees its name', async () => {
  const host = await createTestHost()
  const folder = await addContainer(host, 'Folder')

  const reply = await remove(host, folder)

  assert.equal(reply.status, 200)
  assertRefused(await ask(host, `/wopi/containers/${folder}`), 404)
  assert.ok(await addContainer(host, 'Folder'))
})

test('DeleteContainer of one that is not empty, or the root, is 409 and deletes nothing', async () => {
  const host = await createTestHost()
  const folder = await addContainer(host, 'Folder')
  const inner = await addContainer(host, 'Inner', folder)
  await addFile(host, 'a.docx', { containerId: inner })

  for (const containerId of [folder, inner, await rootId(host)]) {
    assertRefused(await remove(host, containerId), 409)
    assert.equal((await ask(host, `/wopi/containers/${containerId}`)).status, 200)
  }
})

test('DeleteContainer without a valid token is 401, without a right or a container 404', async () => {
  const host = await createTestHost()
  const folder = await addContainer(host, 'Folder')

  assertRefused(await remove(host, folder, 'forged'), 401)
  assertRefused(await remove(host, folder, 'alice:read+write+create+rename+browse'), 404)
  assertRefused(await remove(host, 'none'), 404)
  assert.equal((await remove(host, folder, 'alice:delete')).status, 200)
  assertRefused(await remove(host, folder), 404)
})

test('DeleteContainer is 501 where there are no containers', async () => {
  const host = await createTestHost({ features: { containers: false } })

  assertRefused(await remove(host, await addContainer(host, 'Folder')), 501)
})
