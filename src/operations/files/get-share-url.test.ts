import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, type TestHost } from '../../../test/helpers/test-host.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

test('GetShareUrl gives the link of the kind that is asked for, without a token', async () => {
  const host = await createTestHost()

  for (const type of ['ReadOnly', 'ReadWrite']) {
    const reply = await getShareUrl(host, type, 'bob:write')
    assert.deepEqual(JSON.parse(reply.text), {
      ShareUrl: `https://app.example/share/${host.fileId}/${type}`,
    })
  }
})

test('GetShareUrl of a kind that is missing, unknown or not offered is 501', async () => {
  const share = () => 'https://app.example/share'
  const onlyRead = await createTestHost({
    features: { pages: { share, shareUrlTypes: ['ReadOnly'] } },
  })
  const host = await createTestHost()

  for (const type of ['', 'readonly', 'Public']) assertRefused(await getShareUrl(host, type), 501)
  assertRefused(await getShareUrl(onlyRead, 'ReadWrite', 'bob:write'), 501)
  assert.equal((await getShareUrl(onlyRead, 'ReadOnly')).status, 200)
})

test('GetShareUrl gives nobody a link that allows more than the user may do', async () => {
  const host = await createTestHost()

  assertRefused(await getShareUrl(host, 'ReadWrite', 'bob:read'), 501)
  const reader = await host.send(undefined, { token: 'bob:read' })
  const writer = await host.send(undefined, { token: 'bob:write' })
  assert.deepEqual(JSON.parse(reader.text).SupportedShareUrlTypes, ['ReadOnly'])
  assert.deepEqual(JSON.parse(writer.text).SupportedShareUrlTypes, ['ReadOnly', 'ReadWrite'])
})

test('GetShareUrl is 501 where the application gives no links, or none for this file', async () => {
  const none = await createTestHost({ features: {} })
  const notThis = await createTestHost({ features: { pages: { share: () => undefined } } })

  for (const host of [none, notThis]) assertRefused(await getShareUrl(host, 'ReadOnly'), 501)
})

test('GetShareUrl without a right on the file is 404', async () => {
  const host = await createTestHost()

  assertRefused(await getShareUrl(host, 'ReadOnly', 'bob:none'), 404)
})

function getShareUrl(host: TestHost, type: string, token = 'bob:read') {
  return host.send('GET_SHARE_URL', { headers: { 'X-WOPI-UrlType': type }, token })
}
