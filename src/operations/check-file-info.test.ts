import assert from 'node:assert/strict'
import test from 'node:test'
import {
  ALL_FEATURES,
  createTestHost,
  MINUTE,
  START,
  testBytes,
} from '../../test/helpers/test-host.ts'
import { assertRefused, takeCoauthLock } from '../../test/helpers/wopi-story.ts'
import type { CoauthFeatures } from './features.ts'

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

test('CheckFileInfo goes by the extension in any case', async () => {
  const coauth = { ...COAUTH, extensions: ['.docx'] }
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
