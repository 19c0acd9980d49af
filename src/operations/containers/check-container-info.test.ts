import assert from 'node:assert/strict'
import test from 'node:test'
import { ALL_FEATURES, createTestHost } from '../../../test/helpers/test-host.ts'
import {
  accessWithoutTokens,
  addContainer,
  ask,
  askJson,
  rootId,
} from '../../../test/helpers/tree-story.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

const at = (containerId: string) => `/wopi/containers/${containerId}`

test('CheckContainerInfo tells what the container is, and what the user may do', async () => {
  const host = await createTestHost()
  const contracts = await addContainer(host, 'Contracts')

  const info = await askJson(host, at(contracts))

  assert.deepEqual(info, {
    Name: 'Contracts',
    HostUrl: `https://app.example/folders/${contracts}`,
    SupportedShareUrlTypes: ['ReadOnly', 'ReadWrite'],
    IsEduUser: false,
    LicenseCheckForEditIsEnabled: false,
    UserCanCreateChildContainer: true,
    UserCanCreateChildFile: true,
    UserCanDelete: true,
    UserCanRename: true,
  })
})

test('CheckContainerInfo allows what the token allows', async () => {
  const host = await createTestHost()
  const contracts = await addContainer(host, 'Contracts')
  const allowed = async (token: string) =>
    Object.entries(await askJson(host, at(contracts), { token }))
      .filter(([name, value]) => name.startsWith('UserCan') && value === true)
      .map(([name]) => name)

  assert.deepEqual(await allowed('bob:read+browse'), [])
  assert.deepEqual(await allowed('bob:read+delete'), ['UserCanDelete'])
  assert.deepEqual(await allowed('bob:read+rename'), ['UserCanRename'])
  assert.deepEqual(await allowed('bob:read+create'), [])
  assert.deepEqual(await allowed('bob:read+create+browse'), [
    'UserCanCreateChildContainer',
    'UserCanCreateChildFile',
  ])
})

test('CheckContainerInfo allows nobody to delete the root container', async () => {
  const host = await createTestHost()

  const info = await askJson(host, at(await rootId(host)))

  assert.deepEqual([info.UserCanDelete, info.UserCanRename], [false, true])
})

test('CheckContainerInfo allows to create nothing where no tokens are made', async () => {
  const host = await createTestHost({ access: accessWithoutTokens() })

  const info = await askJson(host, at(await rootId(host)))

  assert.deepEqual([info.UserCanCreateChildFile, info.UserCanRename], [false, true])
})

test('CheckContainerInfo says of licences what CheckFileInfo says', async () => {
  const licence = { isEduUser: true, isBusinessUser: true }
  const host = await createTestHost({ features: { ...ALL_FEATURES, licence } })

  const container = await askJson(host, at(await rootId(host)))
  const file = await askJson(host, `/wopi/files/${host.fileId}`)

  for (const info of [container, file])
    assert.deepEqual([info.IsEduUser, info.LicenseCheckForEditIsEnabled], [true, true])
})

test('CheckContainerInfo adds what the application says, with what it was asked', async () => {
  const asked: unknown[] = []
  const host = await createTestHost({
    features: {
      properties: ({ grant, ...rest }) => {
        asked.push({ userId: grant.userId, ...rest })
        return { SharingUrl: 'https://app.example/sharing', UserCanRename: false, Name: 'Forged' }
      },
    },
  })
  const contracts = await addContainer(host, 'Contracts')
  const headers = { 'X-WOPI-SessionContext': 'sc1' }

  const info = await askJson(host, at(contracts), { headers })

  const { Name, SharingUrl, UserCanRename, UserCanDelete } = info
  assert.deepEqual(
    { Name, SharingUrl, UserCanRename, UserCanDelete },
    {
      Name: 'Contracts',
      SharingUrl: 'https://app.example/sharing',
      UserCanRename: false,
      UserCanDelete: true,
    },
  )
  assert.deepEqual(asked, [
    { userId: 'alice', containerId: contracts, name: 'Contracts', sessionContext: 'sc1' },
  ])
})

test('CheckContainerInfo is 501 where there are no containers', async () => {
  const host = await createTestHost({ features: { containers: false } })

  assertRefused(await ask(host, at(await rootId(host))), 501)
})

test('CheckContainerInfo without a valid token is 401, without a right or a container 404', async () => {
  const host = await createTestHost()
  const root = await rootId(host)

  assertRefused(await ask(host, at(root), { token: 'forged' }), 401)
  assertRefused(await ask(host, at(root), { token: 'alice:none' }), 404)
  assertRefused(await ask(host, at('none')), 404)
})
