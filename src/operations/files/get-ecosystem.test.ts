import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, type TestHost } from '../../../test/helpers/test-host.ts'
import { accessHiding, ask, askJson, follow } from '../../../test/helpers/tree-story.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

const pointer = async (host: TestHost) => `/wopi/files/${host.fileId}/ecosystem_pointer`

test('GetEcosystem leads to the ecosystem of the user', async () => {
  const host = await createTestHost()

  const { Url } = await askJson(host, await pointer(host))

  const ecosystem = await follow(host, Url)
  assert.match(Url, /^https:\/\/docs\.example\/wopi\/ecosystem\?access_token=alice/)
  assert.deepEqual(JSON.parse(ecosystem.text), { SupportsContainers: true })
})

test('GetEcosystem gives no token that lives longer than the one that came', async () => {
  const host = await createTestHost()
  const expiry = host.now() + 1000

  const { Url } = await askJson(host, await pointer(host), { token: `alice:all:${expiry}` })

  const token = new URL(Url).searchParams.get('access_token') ?? ''
  assert.equal(token.split(':')[2], String(expiry))
})

test('GetEcosystem is 404 when the user has no right to an ecosystem', async () => {
  const host = await createTestHost({ access: accessHiding(new Set(['ecosystem'])) })

  assertRefused(await ask(host, await pointer(host)), 404)
})

test('GetEcosystem is 501 without the right to browse', async () => {
  const host = await createTestHost()

  assertRefused(await ask(host, await pointer(host), { token: 'alice:write' }), 501)
  assertRefused(await ask(host, await pointer(host), { token: 'forged' }), 401)
})
