import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, MINUTE, type TestHost } from '../../../test/helpers/test-host.ts'
import { assertRefused, takeCoauthLock } from '../../../test/helpers/wopi-story.ts'

test('UnlockCoauthLock releases one lock and leaves the others in force', async () => {
  const host = await createTestHost()
  await takeCoauthLock(host, 'A', { type: 'CoauthExclusive' })
  await takeCoauthLock(host, 'B')

  const reply = await unlock(host, 'A')

  const { CoauthTable } = JSON.parse((await host.send('GET_COAUTH_TABLE')).text)
  assert.deepEqual([reply.status, reply.body.length], [200, 0])
  assert.deepEqual(
    CoauthTable.map((row: { CoauthLockId: string }) => row.CoauthLockId),
    ['B'],
  )
})

test('UnlockCoauthLock of the last lock lets a WOPI lock be taken', async () => {
  const host = await createTestHost()
  await takeCoauthLock(host, 'A')

  await unlock(host, 'A')

  assert.equal((await host.lock('L')).status, 200)
})

test('UnlockCoauthLock of a lock that never was, ran out, or was released is 409', async () => {
  const host = await createTestHost()
  const never = await unlock(host, 'A')
  await takeCoauthLock(host, 'A')
  await takeCoauthLock(host, 'B', { timeout: 60 })
  await unlock(host, 'A')
  host.advance(MINUTE)

  assertRefused(never, 409)
  assertRefused(await unlock(host, 'A'), 409)
  assertRefused(await unlock(host, 'B'), 409)
})

test('UnlockCoauthLock without an id, or with one that is too long, is 400', async () => {
  const host = await createTestHost()

  assertRefused(await unlock(host, ''), 400)
  assertRefused(await unlock(host, 'x'.repeat(1025)), 400)
})

test('UnlockCoauthLock without the right to write is 404', async () => {
  const host = await createTestHost()
  await takeCoauthLock(host, 'A')
  const headers = { 'X-WOPI-CoauthLockId': 'A' }

  assertRefused(await host.send('UNLOCK_COAUTH_LOCK', { headers, token: 'bob:read' }), 404)
})

function unlock(host: TestHost, id: string) {
  return host.send('UNLOCK_COAUTH_LOCK', { headers: { 'X-WOPI-CoauthLockId': id } })
}
