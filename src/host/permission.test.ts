import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestHost } from '../../test/helpers/test-host.ts'
import { takeCoauthLock } from '../../test/helpers/wopi-story.ts'
import type { Access } from '../ports/access.ts'

/** A host where Alice holds a lock but has since lost the right to write. */
async function hostAfterTheLoss(mayRelease?: Access['mayRelease']) {
  const host = await createTestHost()
  Object.assign(host.services.access, { mayRelease })
  await host.lock('L')
  return host
}

const unlock = (host: Awaited<ReturnType<typeof hostAfterTheLoss>>, token: string, lockId = 'L') =>
  host.send('UNLOCK', { headers: { 'X-WOPI-Lock': lockId }, token })

test('Unlock by a user who has lost the right to write is refused by default', async () => {
  const host = await hostAfterTheLoss()

  assert.equal((await unlock(host, 'alice:read')).status, 404)
})

test('Unlock by a user who has lost the right to write works where mayRelease allows it', async () => {
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

test('Unlock by a user who has lost the right to write is refused where mayRelease refuses it', async () => {
  const host = await hostAfterTheLoss(async () => false)

  assert.equal((await unlock(host, 'alice:read')).status, 404)
  assert.equal((await host.send('GET_LOCK')).headers.get('X-WOPI-Lock'), 'L')
})

test('Unlock without the right to write neither releases nor reveals the lock of another user', async () => {
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

test('UnlockCoauthLock by a user who has lost the right to write releases only their own lock', async () => {
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
