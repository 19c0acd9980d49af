import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, MINUTE, type TestHost } from '../../../test/helpers/test-host.ts'
import { assertRefused, takeCoauthLock } from '../../../test/helpers/wopi-story.ts'

test('Unlock releases the lock and answers the version', async () => {
  const host = await createTestHost()
  await host.lock('L')

  const reply = await unlock(host, 'L')

  assert.equal(reply.status, 200)
  assert.equal(reply.headers.get('X-WOPI-ItemVersion'), '1')
  assert.equal((await host.send('GET_LOCK')).headers.get('X-WOPI-Lock'), '')
})

test('Unlock by another user who knows the lock releases it', async () => {
  const host = await createTestHost()
  await host.lock('L')
  const headers = { 'X-WOPI-Lock': 'L' }

  assert.equal((await host.send('UNLOCK', { headers, token: 'bob:write' })).status, 200)
})

test('Unlock of another lock is 409, names the one that is held and keeps it', async () => {
  const host = await createTestHost()
  await host.lock('L')

  assertRefused(await unlock(host, 'M'), 409, { 'X-WOPI-Lock': 'L' })
  assert.equal((await host.send('GET_LOCK')).headers.get('X-WOPI-Lock'), 'L')
})

test('Unlock of no lock, or of one that ran out, is 409 with an empty X-WOPI-Lock', async () => {
  const host = await createTestHost()
  const never = await unlock(host, 'L')
  await host.lock('L')
  host.advance(30 * MINUTE)

  assertRefused(never, 409, { 'X-WOPI-Lock': '' })
  assertRefused(await unlock(host, 'L'), 409, { 'X-WOPI-Lock': '' })
})

test('Unlock of a coauthored file is 409 without X-WOPI-Lock', async () => {
  const host = await createTestHost()
  await takeCoauthLock(host, 'A')

  assertRefused(await unlock(host, 'A'), 409, { 'X-WOPI-Lock': null })
})

test('Unlock without a lock id is 400, without the right to write 404', async () => {
  const host = await createTestHost()
  await host.lock('L')
  const headers = { 'X-WOPI-Lock': 'L' }

  assertRefused(await unlock(host, ''), 400)
  assertRefused(await host.send('UNLOCK', { headers, token: 'bob:read' }), 404)
})

function unlock(host: TestHost, lockId: string) {
  return host.send('UNLOCK', { headers: { 'X-WOPI-Lock': lockId } })
}
