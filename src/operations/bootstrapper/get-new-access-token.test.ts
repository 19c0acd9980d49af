import assert from 'node:assert/strict'
import test from 'node:test'
import {
  askBootstrapper,
  bootstrapJson,
  createBootstrapHost,
} from '../../../test/helpers/bootstrap-story.ts'
import {
  ALL_FEATURES,
  BASE_URL,
  MINUTE,
  START,
  type TestHost,
} from '../../../test/helpers/test-host.ts'
import { accessHiding, addContainer, ask, askJson } from '../../../test/helpers/tree-story.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'
import type { CoauthFeatures } from '../shared/features.ts'

const SHORTCUT = 'GET_NEW_ACCESS_TOKEN'
const renew = (host: TestHost, wopiSrc: string) =>
  bootstrapJson(host, SHORTCUT, { 'X-WOPI-WopiSrc': wopiSrc })

test('GetNewAccessToken gives a token of full life for a file, and when it expires', async () => {
  const host = await createBootstrapHost()

  const answer = await renew(host, `${BASE_URL}/wopi/files/${host.fileId}`)

  const { AccessToken, AccessTokenExpiry } = answer.AccessTokenInfo
  const file = await host.request(`/wopi/files/${host.fileId}`, { token: AccessToken })
  assert.equal(file.status, 200)
  assert.equal(AccessTokenExpiry, START + 600 * MINUTE)
  assert.equal(answer.Bootstrap.UserId, 'alice')
})

test('GetNewAccessToken names the same end points as CheckFileInfo', async () => {
  const host = await createBootstrapHost()

  const { EndPoints } = await renew(host, `${BASE_URL}/wopi/files/${host.fileId}`)

  const info = await askJson(host, `/wopi/files/${host.fileId}`)
  assert.deepEqual(EndPoints, {
    RealTimeChannelEndpointUrl: info.RealTimeChannelEndpointUrl,
    OfficeCollaborationServiceEndpointUrl: info.OfficeCollaborationServiceEndpointUrl,
  })
  assert.ok(EndPoints.RealTimeChannelEndpointUrl)
})

test('GetNewAccessToken names no end points for a file that is not coauthored', async () => {
  const coauth = { ...ALL_FEATURES.coauth, extensions: ['.xlsx'] } as typeof ALL_FEATURES.coauth
  const other = await createBootstrapHost({ features: coauth ? { coauth } : {} })
  const none = await createBootstrapHost({ features: {} })
  const unknown = { ...(ALL_FEATURES.coauth as CoauthFeatures), realTimeChannelEndpointUrl: '' }
  const nowhere = await createBootstrapHost({ features: { coauth: unknown } })

  for (const host of [other, none, nowhere])
    assert.ok(!('EndPoints' in (await renew(host, `${BASE_URL}/wopi/files/${host.fileId}`))))
})

test('GetNewAccessToken gives a token for a container', async () => {
  const host = await createBootstrapHost()
  const folder = await addContainer(host, 'Folder')

  const answer = await renew(host, `${BASE_URL}/wopi/containers/${folder}`)

  const token = answer.AccessTokenInfo.AccessToken
  const container = await ask(host, `/wopi/containers/${folder}`, { token })
  assert.equal(JSON.parse(container.text).Name, 'Folder')
})

test('GetNewAccessToken of what is not here is 404', async () => {
  const host = await createBootstrapHost()
  const addresses = [
    `${BASE_URL}/wopi/files/none`,
    `${BASE_URL}/wopi/containers/none`,
    `${BASE_URL}/wopi/containers/${host.fileId}`,
    `${BASE_URL}/wopi/files/${host.fileId}/contents`,
    `https://evil.example/wopi/files/${host.fileId}`,
    host.fileId,
  ]

  for (const wopiSrc of addresses) {
    const headers = { 'X-WOPI-WopiSrc': wopiSrc }
    assertRefused(await askBootstrapper(host, SHORTCUT, { headers }), 404)
  }
  assertRefused(await askBootstrapper(host, SHORTCUT), 404)
})

test('GetNewAccessToken of what the user may not see is 404', async () => {
  const hidden = new Set<string>()
  const host = await createBootstrapHost({ access: accessHiding(hidden) })
  hidden.add(host.fileId)
  const headers = { 'X-WOPI-WopiSrc': `${BASE_URL}/wopi/files/${host.fileId}` }

  assertRefused(await askBootstrapper(host, SHORTCUT, { headers }), 404)
})

test('GetNewAccessToken takes no WOPI token', async () => {
  const host = await createBootstrapHost()
  const headers = { 'X-WOPI-WopiSrc': `${BASE_URL}/wopi/files/${host.fileId}` }

  assertRefused(await askBootstrapper(host, SHORTCUT, { headers, oauth: 'alice:all' }), 401)
})
