import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, MINUTE } from '../../../test/helpers/test-host.ts'
import { assertRefused, takeCoauthLock } from '../../../test/helpers/wopi-story.ts'

test('GetLock of a file without a lock answers the empty string', async () => {
  const host = await createTestHost()

  const reply = await host.send('GET_LOCK')

  assert.deepEqual([reply.status, reply.headers.get('X-WOPI-Lock')], [200, ''])
  assert.equal(reply.headers.get('X-WOPI-ItemVersion'), '1')
})

test('GetLock tells the lock, also to those who may only read', async () => {
  const host = await createTestHost()
  await host.lock('L')

  const reply = await host.send('GET_LOCK', { token: 'bob:read' })

  assert.deepEqual([reply.status, reply.headers.get('X-WOPI-Lock')], [200, 'L'])
})

test('GetLock in the very ms in which the lock runs out answers the empty string', async () => {
  const host = await createTestHost()
  await host.lock('L')

  host.advance(30 * MINUTE)

  assert.equal((await host.send('GET_LOCK')).headers.get('X-WOPI-Lock'), '')
})

test('GetLock of a coauthored file is 409 without X-WOPI-Lock', async () => {
  const host = await createTestHost()
  await takeCoauthLock(host, 'A')

  assertRefused(await host.send('GET_LOCK'), 409, { 'X-WOPI-Lock': null })
})

test('GetLock without a valid token is 401, without any right 404', async () => {
  const host = await createTestHost()

  assertRefused(await host.send('GET_LOCK', { token: undefined }), 401)
  assertRefused(await host.send('GET_LOCK', { token: 'bob:none' }), 404)
})
