import assert from 'node:assert/strict'
import test from 'node:test'
import { ALL_FEATURES, createTestHost, type TestHost } from '../../../test/helpers/test-host.ts'
import { addContainer, ask, askJson } from '../../../test/helpers/tree-story.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

test('GetContainerShareUrl gives the link of the kind that is asked for', async () => {
  const host = await createTestHost()
  const containerId = await addContainer(host, 'Folder')

  const reply = await getShareUrl(host, containerId, 'ReadWrite')

  assert.deepEqual(JSON.parse(reply.text), {
    ShareUrl: `https://app.example/share/${containerId}/ReadWrite`,
  })
})

test('GetContainerShareUrl of a kind that is missing or unknown is 501', async () => {
  const host = await createTestHost()
  const containerId = await addContainer(host, 'Folder')

  for (const type of ['', 'Public']) assertRefused(await getShareUrl(host, containerId, type), 501)
})

test('GetContainerShareUrl is 501 where containers are switched off, 404 without a container', async () => {
  const host = await createTestHost()
  const without = await createTestHost({ features: { ...ALL_FEATURES, containers: false } })
  const containerId = await addContainer(without, 'Folder')

  assertRefused(await getShareUrl(without, containerId, 'ReadOnly'), 501)
  assertRefused(await getShareUrl(host, 'none', 'ReadOnly'), 404)
})

test('GetContainerShareUrl gives a link to change only to those who may add to the container', async () => {
  const host = await createTestHost()
  const containerId = await addContainer(host, 'Folder')

  for (const [token, types] of [
    ['bob:read', ['ReadOnly']],
    ['bob:read+create', ['ReadOnly', 'ReadWrite']],
  ] as const) {
    const { status } = await getShareUrl(host, containerId, 'ReadWrite', token)
    const info = await askJson(host, `/wopi/containers/${containerId}`, { token })
    assert.equal(status, types.length === 2 ? 200 : 501)
    assert.deepEqual(info.SupportedShareUrlTypes, types)
  }
})

function getShareUrl(host: TestHost, containerId: string, type: string, token = 'alice:all') {
  return ask(host, `/wopi/containers/${containerId}`, {
    override: 'GET_SHARE_URL',
    headers: { 'X-WOPI-UrlType': type },
    token,
  })
}
