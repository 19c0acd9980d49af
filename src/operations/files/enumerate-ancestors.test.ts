import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost } from '../../../test/helpers/test-host.ts'
import {
  accessHiding,
  accessWithoutTokens,
  addContainer,
  addFile,
  ask,
  askJson,
  follow,
  rootId,
} from '../../../test/helpers/tree-story.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

const ancestry = (fileId: string) => `/wopi/files/${fileId}/ancestry`

test('EnumerateAncestors lists the containers above a file, the root first', async () => {
  const host = await createTestHost()
  const contracts = await addContainer(host, 'Contracts')
  const year = await addContainer(host, '2026', contracts)
  const fileId = await addFile(host, 'a.docx', { containerId: year })

  const { AncestorsWithRootFirst: ancestors } = await askJson(host, ancestry(fileId))

  const names = ancestors.map(({ Name }: { Name: string }) => Name)
  assert.deepEqual(names, ['Documents', 'Contracts', '2026'])
  const last = await follow(host, ancestors[2].Url)
  assert.equal(JSON.parse(last.text).Name, '2026')
})

test('EnumerateAncestors of a file outside of the tree lists nothing', async () => {
  const host = await createTestHost()

  const answer = await askJson(host, ancestry(host.fileId))

  assert.deepEqual(answer, { AncestorsWithRootFirst: [] })
})

test('EnumerateAncestors leaves out what the user may not see, and says that it does', async () => {
  const hidden = new Set<string>()
  const host = await createTestHost({ access: accessHiding(hidden) })
  const secret = await addContainer(host, 'Secret')
  const shared = await addContainer(host, 'Shared', secret)
  const fileId = await addFile(host, 'a.docx', { containerId: shared })
  hidden.add(secret).add(await rootId(host))

  const { headers, text } = await ask(host, ancestry(fileId))

  const { AncestorsWithRootFirst: ancestors } = JSON.parse(text)
  assert.equal(ancestors.length, 1)
  assert.equal(ancestors[0].Name, 'Shared')
  assert.equal(headers.get('X-WOPI-EnumerationIncomplete'), 'true')
})

test('EnumerateAncestors of a very deep file says that the list is incomplete', async () => {
  const host = await createTestHost()
  let containerId = await addContainer(host, 'top')
  for (let depth = 0; depth < 99; depth++) containerId = await addContainer(host, 'x', containerId)
  const inside = await addFile(host, 'a.docx', { containerId })
  const above = (await host.tree.container(containerId))?.parentId
  const outside = await addFile(host, 'b.docx', { containerId: above as string })

  const deep = await ask(host, ancestry(inside))
  const whole = await ask(host, ancestry(outside))

  assert.equal(deep.headers.get('X-WOPI-EnumerationIncomplete'), 'true')
  assert.equal(JSON.parse(deep.text).AncestorsWithRootFirst[0].Name, 'top')
  assert.equal(whole.headers.get('X-WOPI-EnumerationIncomplete'), null)
  assert.equal(JSON.parse(whole.text).AncestorsWithRootFirst[0].Name, 'Documents')
})

test('EnumerateAncestors is 501 without the right to browse, without containers, without tokens', async () => {
  const host = await createTestHost()
  const bare = await createTestHost({ features: { containers: false } })
  const tokenless = await createTestHost({ access: accessWithoutTokens() })

  assertRefused(await ask(host, ancestry(host.fileId), { token: 'alice:write' }), 501)
  assertRefused(await ask(bare, ancestry(bare.fileId)), 501)
  assertRefused(await ask(tokenless, ancestry(tokenless.fileId)), 501)
})

test('EnumerateAncestors without a valid token is 401, without a right or a file 404', async () => {
  const host = await createTestHost()

  assertRefused(await ask(host, ancestry(host.fileId), { token: 'forged' }), 401)
  assertRefused(await ask(host, ancestry(host.fileId), { token: 'alice:browse' }), 404)
  assertRefused(await ask(host, ancestry('none')), 404)
})
