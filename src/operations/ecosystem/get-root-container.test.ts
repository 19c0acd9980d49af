import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost } from '../../../test/helpers/test-host.ts'
import { accessHiding, ask, askJson, follow, rootId } from '../../../test/helpers/tree-story.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

const POINTER = '/wopi/ecosystem/root_container_pointer'

test('GetRootContainer leads to the root container', async () => {
  const host = await createTestHost()

  const { ContainerPointer: pointer } = await askJson(host, POINTER)

  const container = await follow(host, pointer.Url)
  assert.equal(pointer.Name, 'Documents')
  assert.ok(pointer.Url.startsWith(`https://docs.example/wopi/containers/${await rootId(host)}?`))
  assert.equal(JSON.parse(container.text).Name, 'Documents')
})

test('GetRootContainer is 404 for who may not see it', async () => {
  const hidden = new Set<string>()
  const host = await createTestHost({ access: accessHiding(hidden) })
  hidden.add(await rootId(host))

  assertRefused(await ask(host, POINTER), 404)
})

test('GetRootContainer is 501 where there are no containers', async () => {
  const host = await createTestHost({ features: { containers: false } })

  assertRefused(await ask(host, POINTER), 501)
})

test('GetRootContainer without a valid token is 401, without the right to browse 404', async () => {
  const host = await createTestHost()

  assertRefused(await ask(host, POINTER, { token: 'forged' }), 401)
  assertRefused(await ask(host, POINTER, { token: 'alice:read' }), 404)
})
