import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, MINUTE, type TestHost } from '../../../test/helpers/test-host.ts'
import { assertRefused, takeCoauthLock } from '../../../test/helpers/wopi-story.ts'

test('RefreshLock starts the time of the lock anew', async () => {
  const host = await createTestHost()
  await host.lock('L')
  host.advance(20 * MINUTE)

  const reply = await refresh(host, 'L')
  host.advance(30 * MINUTE - 1)

  assert.equal(reply.status, 200)
  assert.equal(reply.headers.get('X-WOPI-ItemVersion'), '1')
  assert.equal((await host.send('GET_LOCK')).headers.get('X-WOPI-Lock'), 'L')
})

test('RefreshLock without a timeout goes back to 30 minutes', async () => {
  const host = await createTestHost()
  await refresh(await locked(host), 'L', { 'X-WOPI-LockExpirationTimeout': '3600' })
  await refresh(host, 'L')

  host.advance(30 * MINUTE)

  assert.equal((await host.send('GET_LOCK')).headers.get('X-WOPI-Lock'), '')
})

test('RefreshLock without LockUserVisible hides the name again', async () => {
  const host = await createTestHost()
  await refresh(await locked(host), 'L', { 'X-WOPI-LockUserVisible': 'true' })
  const told = await host.lock('M')
  await refresh(host, 'L')

  const untold = await host.lock('M')

  assertRefused(told, 409, { 'X-WOPI-ConflictingLockUsername': 'Alice' })
  assertRefused(untold, 409, { 'X-WOPI-ConflictingLockUsername': null })
})

test('RefreshLock of another lock is 409 and names the one that is held', async () => {
  const host = await locked(await createTestHost())

  assertRefused(await refresh(host, 'M'), 409, { 'X-WOPI-Lock': 'L' })
})

test('RefreshLock of no lock, or of one that ran out, is 409 with an empty X-WOPI-Lock', async () => {
  const host = await createTestHost()
  const never = await refresh(host, 'L')
  await host.lock('L')
  host.advance(30 * MINUTE)

  assertRefused(never, 409, { 'X-WOPI-Lock': '' })
  assertRefused(await refresh(host, 'L'), 409, { 'X-WOPI-Lock': '' })
})

test('RefreshLock of a coauthored file is 409 without X-WOPI-Lock', async () => {
  const host = await createTestHost()
  await takeCoauthLock(host, 'A')

  assertRefused(await refresh(host, 'A'), 409, { 'X-WOPI-Lock': null })
})

test('RefreshLock with headers that make no sense is 400', async () => {
  const host = await locked(await createTestHost())

  assertRefused(await refresh(host, ''), 400)
  assertRefused(await refresh(host, 'L', { 'X-WOPI-LockExpirationTimeout': '1' }), 400)
  assertRefused(await refresh(host, 'L', { 'X-WOPI-LockUserVisible': 'perhaps' }), 400)
})

test('RefreshLock without the right to write is 404', async () => {
  const host = await locked(await createTestHost())
  const headers = { 'X-WOPI-Lock': 'L' }

  assertRefused(await host.send('REFRESH_LOCK', { headers, token: 'bob:read' }), 404)
})

async function locked(host: TestHost): Promise<TestHost> {
  await host.lock('L')
  return host
}

function refresh(host: TestHost, lockId: string, headers: Record<string, string> = {}) {
  return host.send('REFRESH_LOCK', { headers: { 'X-WOPI-Lock': lockId, ...headers } })
}
