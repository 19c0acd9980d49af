import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, MINUTE } from '../../../test/helpers/test-host.ts'
import { assertRefused, takeCoauthLock } from '../../../test/helpers/wopi-story.ts'

const lockOf = async (host: Awaited<ReturnType<typeof createTestHost>>) =>
  (await host.send('GET_LOCK')).headers.get('X-WOPI-Lock')

test('Lock takes the lock and answers the version, not the lock', async () => {
  const host = await createTestHost()

  const reply = await host.lock('L')

  assert.equal(reply.status, 200)
  assert.equal(reply.headers.get('X-WOPI-ItemVersion'), '1')
  assert.equal(reply.headers.get('X-WOPI-Lock'), null)
  assert.equal(await lockOf(host), 'L')
})

test('Lock with the lock that is held starts its 30 minutes anew', async () => {
  const host = await createTestHost()
  await host.lock('L')
  host.advance(20 * MINUTE)

  const again = await host.lock('L')
  host.advance(30 * MINUTE - 1)
  const before = await lockOf(host)
  host.advance(1)

  assert.equal(again.status, 200)
  assert.deepEqual([before, await lockOf(host)], ['L', ''])
})

test('Lock beside another lock is 409, names it, and changes nothing', async () => {
  const host = await createTestHost()
  await host.lock('L')

  const reply = await host.lock('M')

  assertRefused(reply, 409, { 'X-WOPI-Lock': 'L', 'X-WOPI-ConflictingLockUsername': null })
  assert.ok(reply.headers.get('X-WOPI-LockFailureReason'))
  assert.equal(await lockOf(host), 'L')
})

test('Lock beside a user-visible lock tells whose it is, until that lock is taken anew', async () => {
  const host = await createTestHost()
  await host.send('LOCK', {
    token: 'zoé:write',
    headers: { 'X-WOPI-Lock': 'L', 'X-WOPI-LockUserVisible': 'True' },
  })

  const told = await host.lock('M')
  await host.lock('L')
  const untold = await host.lock('M')

  assertRefused(told, 409, { 'X-WOPI-ConflictingLockUsername': 'Zo+AOk-' })
  assertRefused(untold, 409, { 'X-WOPI-ConflictingLockUsername': null })
})

test('Lock of a coauthored file is 409 without X-WOPI-Lock', async () => {
  const host = await createTestHost()
  await takeCoauthLock(host, 'A')

  assertRefused(await host.lock('A'), 409, { 'X-WOPI-Lock': null })
})

test('Lock lives as long as its timeout says, from 60 to 3600 seconds', async () => {
  const host = await createTestHost()
  const lockFor = (seconds: string) =>
    host.send('LOCK', {
      headers: { 'X-WOPI-Lock': 'L', 'X-WOPI-LockExpirationTimeout': seconds },
    })

  for (const seconds of ['59', '3601', 'soon', '-60', '60.5'])
    assertRefused(await lockFor(seconds), 400)
  assert.equal((await lockFor('3600')).status, 200)
  assert.equal((await lockFor('60')).status, 200)
  host.advance(MINUTE)
  assert.equal(await lockOf(host), '')
})

test('Lock without an id, or with one that is too long or not ASCII, is 400', async () => {
  const host = await createTestHost()

  for (const id of ['', 'x'.repeat(1025), 'Zo\u00eb']) assertRefused(await host.lock(id), 400)
  assert.equal((await host.lock('x'.repeat(1024))).status, 200)
})

test('Lock: of many at once exactly one wins', async () => {
  const host = await createTestHost()
  const ids = Array.from({ length: 10 }, (_, i) => `L${i}`)

  const replies = await Promise.all(ids.map((id) => host.lock(id)))

  const winners = ids.filter((_, i) => replies[i]?.status === 200)
  assert.deepEqual(winners, [await lockOf(host)])
  for (const reply of replies)
    if (reply.status !== 200) assertRefused(reply, 409, { 'X-WOPI-Lock': winners[0] as string })
})

test('Lock does not make a new version', async () => {
  const host = await createTestHost()
  await host.lock('L')

  const info = JSON.parse((await host.send(undefined)).text)

  assert.deepEqual([info.Version, info.SequenceNumber], ['1', 1])
})

test('Lock without a valid token is 401, without the right to write 404', async () => {
  const host = await createTestHost()
  const headers = { 'X-WOPI-Lock': 'L' }

  assertRefused(await host.send('LOCK', { headers, token: 'forged' }), 401)
  assertRefused(await host.send('LOCK', { headers, token: 'alice:read' }), 404)
  assert.equal(await lockOf(host), '')
})
