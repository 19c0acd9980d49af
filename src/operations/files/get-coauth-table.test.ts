import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, MINUTE, type TestHost } from '../../../test/helpers/test-host.ts'
import { assertRefused, takeCoauthLock } from '../../../test/helpers/wopi-story.ts'

const VERSION = 'X-WOPI-CoauthTableVersion'

test('GetCoauthTable of a file without locks is empty and has a version', async () => {
  const host = await createTestHost()

  const reply = await tableOf(host)

  assert.equal(reply.status, 200)
  assert.deepEqual(JSON.parse(reply.text), { CoauthTable: [] })
  assert.ok(reply.headers.get(VERSION))
})

test('GetCoauthTable with the version that is current answers the version and no body', async () => {
  const host = await createTestHost()
  const version = (await takeCoauthLock(host, 'A')).headers.get(VERSION) ?? ''

  const same = await tableOf(host, version)
  const other = await tableOf(host, 'other')

  assert.deepEqual([same.status, same.body.length], [200, 0])
  assert.equal(same.headers.get(VERSION), version)
  assert.equal(JSON.parse(other.text).CoauthTable.length, 1)
})

test('GetCoauthTable has another version once a lock has run out', async () => {
  const host = await createTestHost()
  const version = (await takeCoauthLock(host, 'A', { timeout: 60 })).headers.get(VERSION) ?? ''
  host.advance(MINUTE)

  const reply = await tableOf(host, version)

  assert.deepEqual(JSON.parse(reply.text), { CoauthTable: [] })
  assert.notEqual(reply.headers.get(VERSION), version)
})

test('GetCoauthTable of a file with a WOPI lock is 409', async () => {
  const host = await createTestHost()
  await host.lock('L')

  assertRefused(await tableOf(host), 409, { [VERSION]: null })
})

test('GetCoauthTable needs no right to write; without any it is 404, without a token 401', async () => {
  const host = await createTestHost()

  assert.equal((await host.send('GET_COAUTH_TABLE', { token: 'bob:read' })).status, 200)
  assertRefused(await host.send('GET_COAUTH_TABLE', { token: 'bob:none' }), 404)
  assertRefused(await host.send('GET_COAUTH_TABLE', { token: undefined }), 401)
})

function tableOf(host: TestHost, version = '') {
  return host.send('GET_COAUTH_TABLE', { headers: { [VERSION]: version } })
}
