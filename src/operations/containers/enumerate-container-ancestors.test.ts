import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost } from '../../../test/helpers/test-host.ts'
import { addContainer, ask, askJson, follow, rootId } from '../../../test/helpers/tree-story.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

const ancestry = (containerId: string) => `/wopi/containers/${containerId}/ancestry`

test('EnumerateContainerAncestors lists the containers above one, without itself', async () => {
  const host = await createTestHost()
  const contracts = await addContainer(host, 'Contracts')
  const year = await addContainer(host, '2026', contracts)

  const { AncestorsWithRootFirst: ancestors } = await askJson(host, ancestry(year))

  const names = ancestors.map(({ Name }: { Name: string }) => Name)
  assert.deepEqual(names, ['Documents', 'Contracts'])
  assert.equal(JSON.parse((await follow(host, ancestors[1].Url)).text).Name, 'Contracts')
})

test('EnumerateContainerAncestors of the root lists nothing', async () => {
  const host = await createTestHost()

  const answer = await askJson(host, ancestry(await rootId(host)))

  assert.deepEqual(answer, { AncestorsWithRootFirst: [] })
})

test('EnumerateContainerAncestors is 501 without the right to browse, 404 without a container', async () => {
  const host = await createTestHost()
  const container = await addContainer(host, 'Contracts')

  assertRefused(await ask(host, ancestry(container), { token: 'alice:write' }), 501)
  assertRefused(await ask(host, ancestry(container), { token: 'alice:none' }), 404)
  assertRefused(await ask(host, ancestry(container), { token: 'forged' }), 401)
  assertRefused(await ask(host, ancestry('none')), 404)
})
