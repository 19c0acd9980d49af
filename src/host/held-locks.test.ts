import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestHost, MINUTE, type TestHost } from '../../test/helpers/test-host.ts'
import { takeCoauthLock } from '../../test/helpers/wopi-story.ts'
import { createStoreAdmin } from './admin.ts'

/** Stores locks as an earlier version of wopikit wrote them. */
async function storeLocks(host: TestHost, locks: unknown): Promise<void> {
  const { metadata } = host.content
  const found = await metadata.readDocument(host.fileId)
  assert.ok(found)
  const { key, lockVersion } = found.document
  assert.ok((await metadata.replaceLocks(key, lockVersion, JSON.stringify(locks))).ok)
}

test('locks shows who took a WOPI lock first and when, whoever has refreshed it', async () => {
  const host = await createTestHost()
  await host.lock('L')
  host.advance(5 * MINUTE)
  const headers = { 'X-WOPI-Lock': 'L' }
  await host.send('REFRESH_LOCK', { headers, token: 'bob:write' })
  host.advance(MINUTE)

  const locks = await createStoreAdmin(host.content).locks()

  const { fileId } = host
  const holder = { userId: 'alice', displayName: 'Alice' }
  const times = { ageMs: 6 * MINUTE, remainingMs: 29 * MINUTE }
  assert.deepEqual(locks, [
    { fileId, name: 'report.docx', kind: 'WOPI', lockId: 'L', ...holder, ...times },
  ])
})

test('locks shows the user and time of an UnlockAndRelock as those of the new lock', async () => {
  const host = await createTestHost()
  await host.lock('L')
  host.advance(5 * MINUTE)
  const headers = { 'X-WOPI-Lock': 'M', 'X-WOPI-OldLock': 'L' }
  await host.send('LOCK', { headers, token: 'bob:write' })

  const [lock] = await createStoreAdmin(host.content).locks()

  assert.deepEqual([lock?.lockId, lock?.userId, lock?.ageMs], ['M', 'bob', 0])
})

test('locks lists every coauthoring lock that has not expired', async () => {
  const host = await createTestHost()
  await takeCoauthLock(host, 'A', { timeout: 60 })
  await takeCoauthLock(host, 'B', { token: 'bob:write', type: 'CoauthExclusive', timeout: 120 })
  const admin = createStoreAdmin(host.content)

  const both = await admin.locks()
  host.advance(MINUTE)
  const later = await admin.locks()

  assert.deepEqual(
    both.map(({ lockId, kind, userId, remainingMs }) => [lockId, kind, userId, remainingMs]),
    [
      ['A', 'Coauth', 'alice', MINUTE],
      ['B', 'CoauthExclusive', 'bob', 2 * MINUTE],
    ],
  )
  assert.deepEqual(
    later.map(({ lockId }) => lockId),
    ['B'],
  )
})

test('locks lists locks of an earlier version without the fields that it did not store', async () => {
  const host = await createTestHost()
  const { fileId } = host
  const expiresAt = host.now() + MINUTE
  const admin = createStoreAdmin(host.content)

  await storeLocks(host, { v: 1, kind: 'wopi', lock: { lockId: 'L', expiresAt } })
  const before = await admin.locks()
  await host.lock('L')
  const refreshed = await admin.locks()

  const known = { fileId, name: 'report.docx', kind: 'WOPI', lockId: 'L' }
  assert.deepEqual(before, [{ ...known, remainingMs: MINUTE }])
  assert.deepEqual(refreshed, [{ ...known, remainingMs: 30 * MINUTE }])
})

test('releaseLocks of one user keeps the coauthoring locks of others', async () => {
  const host = await createTestHost()
  await takeCoauthLock(host, 'A')
  await takeCoauthLock(host, 'B', { token: 'bob:write' })
  const admin = createStoreAdmin(host.content)

  const released = await admin.releaseLocks({ userId: 'bob' })

  assert.deepEqual(
    released.map(({ lockId }) => lockId),
    ['B'],
  )
  assert.deepEqual(
    (await admin.locks()).map(({ lockId }) => lockId),
    ['A'],
  )
})

test('releaseLocks releases a lock that its client refreshes at the same time', async () => {
  let refresh: (() => Promise<unknown>) | undefined
  const host = await createTestHost({
    wrapStores: (stores) => ({
      ...stores,
      metadata: {
        ...stores.metadata,
        async replaceLocks(...args) {
          const first = refresh
          refresh = undefined
          await first?.()
          return stores.metadata.replaceLocks(...args)
        },
      },
    }),
  })
  await host.lock('L')
  refresh = () => host.send('REFRESH_LOCK', { headers: { 'X-WOPI-Lock': 'L' } })
  const admin = createStoreAdmin(host.content)

  const released = await admin.releaseLocks({ fileId: host.fileId })

  assert.equal(refresh, undefined)
  assert.equal(released.length, 1)
  assert.deepEqual(await admin.locks(), [])
})

test('releaseLocks without a filter throws a TypeError and releases nothing', async () => {
  const host = await createTestHost()
  await host.lock('L')
  const admin = createStoreAdmin(host.content)

  await assert.rejects(admin.releaseLocks({}), TypeError)

  assert.equal((await admin.locks()).length, 1)
})
