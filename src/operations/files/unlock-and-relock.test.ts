import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, MINUTE, type TestHost } from '../../../test/helpers/test-host.ts'
import { assertRefused, takeCoauthLock } from '../../../test/helpers/wopi-story.ts'

test('UnlockAndRelock puts the new lock in the place of the old one, for 30 minutes', async () => {
  const host = await createTestHost()
  await host.lock('old')
  host.advance(20 * MINUTE)

  const reply = await relock(host, 'old', 'new')
  host.advance(30 * MINUTE - 1)

  assert.equal(reply.status, 200)
  assert.equal(reply.headers.get('X-WOPI-ItemVersion'), '1')
  assert.equal((await host.send('GET_LOCK')).headers.get('X-WOPI-Lock'), 'new')
})

test('UnlockAndRelock from another lock is 409 and names the one that is held', async () => {
  const host = await createTestHost()
  await host.lock('old')

  assertRefused(await relock(host, 'other', 'old'), 409, { 'X-WOPI-Lock': 'old' })
  assert.equal((await host.send('GET_LOCK')).headers.get('X-WOPI-Lock'), 'old')
})

test('UnlockAndRelock without a lock to begin with is 409 with an empty X-WOPI-Lock', async () => {
  const host = await createTestHost()

  assertRefused(await relock(host, 'old', 'new'), 409, { 'X-WOPI-Lock': '' })
})

test('UnlockAndRelock of a coauthored file is 409 without X-WOPI-Lock', async () => {
  const host = await createTestHost()
  await takeCoauthLock(host, 'A')

  assertRefused(await relock(host, 'A', 'B'), 409, { 'X-WOPI-Lock': null })
})

test('UnlockAndRelock with an empty X-WOPI-OldLock is a Lock', async () => {
  const host = await createTestHost()

  assert.equal((await relock(host, '', 'L')).status, 200)
  assert.equal((await host.send('GET_LOCK')).headers.get('X-WOPI-Lock'), 'L')
})

test('UnlockAndRelock without the new lock, or with an old one that is too long, is 400', async () => {
  const host = await createTestHost()
  await host.lock('old')

  assertRefused(await relock(host, 'old', ''), 400)
  assertRefused(await relock(host, 'x'.repeat(1025), 'new'), 400)
})

test('UnlockAndRelock without the right to write is 404', async () => {
  const host = await createTestHost()
  await host.lock('old')

  const headers = { 'X-WOPI-OldLock': 'old', 'X-WOPI-Lock': 'new' }
  assertRefused(await host.send('LOCK', { headers, token: 'bob:read' }), 404)
})

function relock(host: TestHost, oldLock: string, lock: string) {
  return host.send('LOCK', { headers: { 'X-WOPI-OldLock': oldLock, 'X-WOPI-Lock': lock } })
}
