import assert from 'node:assert/strict'
import test from 'node:test'
import {
  ALL_FEATURES,
  createTestHost,
  MINUTE,
  START,
  type TestHost,
  testBytes,
} from '../../../test/helpers/test-host.ts'
import { assertRefused, takeCoauthLock } from '../../../test/helpers/wopi-story.ts'
import type { Access } from '../../ports/access.ts'
import { clientUserId, originalUserId } from '../../protocol/user-ids.ts'
import type { CoauthFeatures } from '../shared/features.ts'

const PLUS = [
  'SupportsCoauth',
  'SequenceNumber',
  'OfficeCollaborationServiceEndpointUrl',
  'RealTimeChannelEndpointUrl',
  'AccessTokenExpiry',
  'ServerTime',
  'SharingStatus',
  'FileGeoLocationCode',
]
const COAUTH = ALL_FEATURES.coauth as CoauthFeatures

test('CheckFileInfo tells what the file is and what may be done with it', async () => {
  const host = await createTestHost({ content: testBytes(123), name: 'Report.docx' })

  const reply = await host.send(undefined)
  const info = JSON.parse(reply.text)

  assert.equal(reply.status, 200)
  assert.equal(reply.headers.get('Content-Type'), 'application/json')
  for (const [name, value] of Object.entries({
    BaseFileName: 'Report.docx',
    FileExtension: '.docx',
    OwnerId: 'owner',
    Size: 123,
    UserId: 'alice',
    UserFriendlyName: 'Alice',
    Version: '1',
    LastModifiedTime: '2026-01-01T00:00:00.0000000Z',
    UserCanWrite: true,
    ReadOnly: false,
    SupportsLocks: true,
    SupportsUpdate: true,
    SupportsGetLock: true,
    SupportsExtendedLockLength: true,
  }))
    assert.equal(info[name], value, name)
})

test('CheckFileInfo of a token that may only read says so', async () => {
  const host = await createTestHost()

  const info = JSON.parse((await host.send(undefined, { token: 'bob:read' })).text)

  assert.deepEqual([info.UserCanWrite, info.ReadOnly, info.UserId], [false, true, 'bob'])
})

test('CheckFileInfo promises what the host has, and allows what the token allows', async () => {
  const host = await createTestHost({ content: testBytes(5), inTree: true })

  const all = await infoOf(host, 'alice:all')
  const write = await infoOf(host, 'alice:write')

  for (const name of [
    'SupportsRename',
    'SupportsDeleteFile',
    'SupportsUserInfo',
    'SupportsAddActivities',
  ])
    assert.deepEqual([all[name], write[name]], [true, true], name)
  for (const name of ['SupportsContainers', 'SupportsEcosystem', 'UserCanRename'])
    assert.deepEqual([all[name], write[name]], [true, false], name)
  assert.deepEqual([all.UserCanNotWriteRelative, write.UserCanNotWriteRelative], [false, true])
  assert.deepEqual(all.SupportedShareUrlTypes, ['ReadOnly', 'ReadWrite'])
})

test('CheckFileInfo tells user ids of letters and digits, whatever the application has', async () => {
  const userId = '0190f3a1-7b1e-7cc3-98c4-dc0c0c07398f'
  const host = await createTestHost({ access: accessOf(userId) })
  const mail = await createTestHost({ access: accessOf('alice@example.com') })

  const info = await infoOf(host, 't')

  assert.match(String(info.UserId), /^[A-Za-z0-9]+$/)
  assert.equal(originalUserId(String(info.UserId)), userId)
  assert.equal(info.OwnerId, 'owner')
  assert.equal((await infoOf(mail, 't')).UserId, clientUserId('alice@example.com'))
})

test('CheckFileInfo is 500 for a user id that nobody can take, and the log says why', async () => {
  const host = await createTestHost({ access: accessOf('a\nb') })

  const reply = await host.send(undefined, { token: 't' })

  assert.equal(reply.status, 500)
  assert.match(
    String(host.logged[0]?.fields.err),
    /Access.authenticate must give a userId of 1 to 150/,
  )
})

test('CheckFileInfo promises no containers, links or new files where there are none', async () => {
  const host = await createTestHost({ features: { containers: false } })

  const info = await infoOf(host, 'alice:all')

  assert.deepEqual([info.SupportsContainers, info.SupportsEcosystem], [false, false])
  for (const name of ['SupportedShareUrlTypes', 'HostEditUrl', 'HostViewUrl', 'UserInfo'])
    assert.equal(name in info, false, name)
})

test('CheckFileInfo gives no addresses and promises no traded tokens without Access.issue', async () => {
  const access: Access = {
    authenticate: async () => ({
      userId: 'u',
      displayName: 'U',
      permissions: new Set(['read', 'write', 'create', 'browse'] as const),
      expiresAt: 0,
    }),
  }
  const host = await createTestHost({ access })

  const info = await infoOf(host, 't')

  assert.deepEqual(
    [info.SupportsContainers, info.UserCanNotWriteRelative, 'FileUrl' in info],
    [false, true, false],
  )
})

test('CheckFileInfo gives addresses of the application, those for editing only to who may', async () => {
  const host = await createTestHost()

  const write = await infoOf(host, 'alice:write')
  const read = await infoOf(host, 'bob:read')

  assert.equal(write.HostEditUrl, `https://app.example/edit/${host.fileId}`)
  assert.equal(read.HostViewUrl, `https://app.example/view/${host.fileId}`)
  assert.equal('HostEditUrl' in read, false)
})

test('CheckFileInfo gives a FileUrl that is fetched without headers, for the newest bytes and no more', async () => {
  const host = await createTestHost({ content: testBytes(9) })
  const info = await infoOf(host, 'alice:write')
  const { pathname, searchParams } = new URL(String(info.FileUrl))
  const token = searchParams.get('access_token') ?? ''
  await host.lock('L')
  await host.put(testBytes(20), 'L')

  const fetched = await host.request(pathname, { token })
  const misused = await host.send(undefined, { token })

  assert.deepEqual([fetched.status, fetched.body], [200, testBytes(20)])
  assert.equal(info.DownloadUrl, info.FileUrl)
  assertRefused(misused, 401)
})

test('CheckFileInfo answers what the application adds, and leaves out what it takes away', async () => {
  const asked: unknown[] = []
  const host = await createTestHost({
    features: {
      ...ALL_FEATURES,
      properties: ({ fileId, name, grant, sessionContext }) => {
        asked.push([fileId, name, grant.userId, sessionContext])
        return { BreadcrumbBrandName: 'Acme', FileUrl: undefined, SupportsRename: false }
      },
    },
  })

  const reply = await host.send(undefined, { headers: { 'X-WOPI-SessionContext': 'sc' } })
  const info = JSON.parse(reply.text)

  assert.deepEqual(
    [info.BreadcrumbBrandName, 'FileUrl' in info, info.SupportsRename],
    ['Acme', false, false],
  )
  assert.deepEqual(asked, [[host.fileId, 'report.docx', 'alice', 'sc']])
})

test('CheckFileInfo fails loudly when the application gives a property of a wrong type', async () => {
  const host = await createTestHost({
    features: { ...ALL_FEATURES, properties: () => ({ ClosePostMessage: 'yes' }) },
  })

  assertRefused(await host.send(undefined), 500)
  assert.match(String(host.logged[0]?.fields.err), /ClosePostMessage must be true or false/)
})

test('CheckFileInfo says of licences what the application says', async () => {
  const licence = { isEduUser: true, isBusinessUser: true }
  const host = await createTestHost({ features: { ...ALL_FEATURES, licence } })

  const info = await infoOf(host)

  assert.deepEqual([info.IsEduUser, info.LicenseCheckForEditIsEnabled], [true, true])
})

test('CheckFileInfo sends all eight Plus properties for a file that is coauthored', async () => {
  const host = await createTestHost()
  host.advance(MINUTE)

  const info = JSON.parse((await host.send(undefined)).text)

  assert.deepEqual(
    PLUS.map((name) => info[name]),
    [
      true,
      1,
      COAUTH.officeCollaborationServiceEndpointUrl,
      COAUTH.realTimeChannelEndpointUrl,
      START + 600 * MINUTE,
      START + MINUTE,
      'Shared',
      '',
    ],
  )
  assert.equal(info.SupportsResumableFileTransfer, true)
})

test('CheckFileInfo sends none of them for other file types, or where coauthoring is off', async () => {
  const coauth = { ...COAUTH, extensions: ['.docx', '.xlsx'] }
  const hosts = [
    await createTestHost({ name: 'Report.DOC', features: { uploadSessions: true, coauth } }),
    await createTestHost({ name: 'docx', features: { uploadSessions: true, coauth } }),
    await createTestHost({ name: 'Report.docx', features: { uploadSessions: true } }),
  ]

  for (const host of hosts) {
    const info = JSON.parse((await host.send(undefined)).text)
    for (const name of [...PLUS, 'SupportsResumableFileTransfer'])
      assert.equal(info[name], undefined, name)
  }
})

test('CheckFileInfo sends none of them as long as an endpoint is not known', async () => {
  const coauth = { ...COAUTH, realTimeChannelEndpointUrl: '' }
  const host = await createTestHost({ features: { ...ALL_FEATURES, coauth } })

  const info = await infoOf(host)

  for (const name of PLUS) assert.equal(name in info, false, name)
})

test('CheckFileInfo goes by the extension in any case', async () => {
  const coauth = { ...COAUTH, extensions: ['.xlsx', 'DOCX'] }
  const host = await createTestHost({ name: 'R.DocX', features: { uploadSessions: true, coauth } })

  assert.equal(JSON.parse((await host.send(undefined)).text).SupportsCoauth, true)
})

test('CheckFileInfo does not promise upload sessions where they are switched off', async () => {
  const host = await createTestHost({ features: { ...ALL_FEATURES, uploadSessions: false } })

  const info = JSON.parse((await host.send(undefined)).text)

  assert.equal(info.SupportsCoauth, true)
  assert.equal(info.SupportsResumableFileTransfer, undefined)
})

test('CheckFileInfo has a new version, size and time after each save', async () => {
  const host = await createTestHost()
  await host.lock('L')
  host.advance(MINUTE)
  await host.put(testBytes(77), 'L')

  const info = JSON.parse((await host.send(undefined)).text)

  assert.deepEqual(
    [info.Version, info.Size, info.SequenceNumber, info.LastModifiedTime],
    ['2', 77, 2, '2026-01-01T00:01:00.0000000Z'],
  )
})

test('CheckFileInfo sends no nulls', async () => {
  const host = await createTestHost({ name: 'without extension' })

  const info = JSON.parse((await host.send(undefined)).text)

  assert.ok(Object.values(info).every((value) => value !== null))
  assert.equal('FileExtension' in info, false)
})

test('CheckFileInfo is not stopped by locks', async () => {
  const host = await createTestHost()
  await takeCoauthLock(host, 'A', { type: 'CoauthExclusive' })

  assert.equal((await host.send(undefined)).status, 200)
})

test('CheckFileInfo without a valid token is 401, without a right or a file 404', async () => {
  const host = await createTestHost()

  assertRefused(await host.send(undefined, { token: 'forged' }), 401)
  assertRefused(await host.send(undefined, { token: 'bob:none' }), 404)
  assertRefused(await host.request('/wopi/files/none'), 404)
})

async function infoOf(host: TestHost, token?: string): Promise<Record<string, unknown>> {
  return JSON.parse((await host.send(undefined, token === undefined ? {} : { token })).text)
}

function accessOf(userId: string): Access {
  const permissions = new Set(['read', 'write'] as const)
  return { authenticate: async () => ({ userId, displayName: 'A', permissions, expiresAt: 0 }) }
}
