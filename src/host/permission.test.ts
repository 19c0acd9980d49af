import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestHost } from '../../test/helpers/test-host.ts'
import { takeCoauthLock } from '../../test/helpers/wopi-story.ts'
import type { Access } from '../ports/access.ts'

/** A host on which Alice has a lock and has lost the right to write since. */
async function hostAfterTheLoss(mayRelease?: Access['mayRelease']) {
  const host = await createTestHost()
  Object.assign(host.services.access, { mayRelease })
  await host.lock('L')
  return host
}

const unlock = (host: Awaited<ReturnType<typeof hostAfterTheLoss>>, token: string, lockId = 'L') =>
  host.send('UNLOCK', { headers: { 'X-WOPI-Lock': lockId }, token })

test('a user who has lost the right to write cannot release their lock by default', async () => {
  const host = await hostAfterTheLoss()

  assert.equal((await unlock(host, 'alice:read')).status, 404)
})

test('a user who has lost the right to write releases their lock where the application says so', async () => {
  const asked: unknown[] = []
  const host = await hostAfterTheLoss(({ userId }, { fileId, lockId }) => {
    asked.push([userId, fileId, lockId])
    return true
  })

  const reply = await unlock(host, 'alice:read')

  assert.equal(reply.status, 200)
  assert.deepEqual(asked, [['alice', host.fileId, 'L']])
  assert.equal((await host.send('GET_LOCK')).headers.get('X-WOPI-Lock'), '')
})

test('a user who has lost the right to write keeps the lock where the application refuses', async () => {
  const host = await hostAfterTheLoss(async () => false)

  assert.equal((await unlock(host, 'alice:read')).status, 404)
  assert.equal((await host.send('GET_LOCK')).headers.get('X-WOPI-Lock'), 'L')
})

test('nobody without the right to write releases the lock of another user, nor learns of it', async () => {
  let asked = 0
  const host = await hostAfterTheLoss(() => {
    asked += 1
    return true
  })

  const replies = [
    await unlock(host, 'bob:read'),
    await unlock(host, 'alice:read', 'M'),
    await host.send('REFRESH_LOCK', { headers: { 'X-WOPI-Lock': 'L' }, token: 'alice:read' }),
    await host.send('UNLOCK', { token: 'alice:read' }),
  ]

  for (const reply of replies) {
    assert.equal(reply.status, 404)
    assert.equal(reply.headers.get('X-WOPI-Lock'), null)
  }
  assert.equal(asked, 0)
})

test('a coauthoring lock is released in the same way, and the others stay', async () => {
  const host = await hostAfterTheLoss(() => true)
  await unlock(host, 'alice:write')
  await takeCoauthLock(host, 'A')
  await takeCoauthLock(host, 'B', { token: 'bob:write' })
  const release = (lockId: string) =>
    host.send('UNLOCK_COAUTH_LOCK', {
      headers: { 'X-WOPI-CoauthLockId': lockId },
      token: 'alice:read',
    })

  assert.deepEqual([(await release('B')).status, (await release('A')).status], [404, 200])
})
