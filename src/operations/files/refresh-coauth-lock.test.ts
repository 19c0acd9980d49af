import assert from 'node:assert/strict'
import test from 'node:test'
import {
  createTestHost,
  MINUTE,
  type SendOptions,
  type TestHost,
} from '../../../test/helpers/test-host.ts'
import { assertRefused, takeCoauthLock } from '../../../test/helpers/wopi-story.ts'

const VERSION = 'X-WOPI-CoauthTableVersion'

test('RefreshCoauthLock starts the time anew and changes nothing that the table shows', async () => {
  const host = await createTestHost()
  const taken = await takeCoauthLock(host, 'A', { timeout: 60, metadata: 'm' })
  host.advance(MINUTE / 2)

  const reply = await refresh(host, 'A', { timeout: 240 })
  host.advance(4 * MINUTE - 1)
  const table = await host.send('GET_COAUTH_TABLE')

  assert.equal(reply.status, 200)
  assert.equal(reply.headers.get(VERSION), taken.headers.get(VERSION))
  assert.equal(table.text, taken.text)
})

test('RefreshCoauthLock with metadata, of header or body, changes it and the version', async () => {
  const host = await createTestHost()
  const taken = await takeCoauthLock(host, 'A', { metadata: 'm' })

  const byHeader = await refresh(host, 'A', { headers: { 'X-WOPI-CoauthLockMetadata': 'n' } })
  const body = new TextEncoder().encode('{"CoauthLockMetadata":"o"}')
  const byBody = await refresh(host, 'A', { body })

  const metadata = [byHeader, byBody].map(
    ({ text }) => JSON.parse(text).CoauthTable[0].CoauthLockMetadata,
  )
  assert.deepEqual(metadata, ['n', 'o'])
  assert.notEqual(byHeader.headers.get(VERSION), taken.headers.get(VERSION))
})

test('RefreshCoauthLock with empty metadata keeps what the lock has', async () => {
  const host = await createTestHost()
  await takeCoauthLock(host, 'A', { metadata: 'm' })

  for (const json of ['{"CoauthLockMetadata":""}', '{"CoauthLockMetadata":null}']) {
    const reply = await refresh(host, 'A', { body: new TextEncoder().encode(json) })
    assert.equal(JSON.parse(reply.text).CoauthTable[0].CoauthLockMetadata, 'm')
  }
})

test('RefreshCoauthLock of a lock that never was, or ran out this very ms, is 409', async () => {
  const host = await createTestHost()
  const never = await refresh(host, 'A')
  await takeCoauthLock(host, 'A', { timeout: 60 })
  host.advance(MINUTE)

  assertRefused(never, 409)
  assertRefused(await refresh(host, 'A'), 409)
})

test('RefreshCoauthLock of a file with a WOPI lock is 409', async () => {
  const host = await createTestHost()
  await host.lock('A')

  assertRefused(await refresh(host, 'A'), 409)
})

test('RefreshCoauthLock without id or timeout is 400, also of a lock that is not there', async () => {
  const host = await createTestHost()

  assertRefused(await refresh(host, ''), 400)
  assertRefused(await refresh(host, 'x'.repeat(1025)), 400)
  assertRefused(await refresh(host, 'A', { timeout: 59 }), 400)
})

test('RefreshCoauthLock by another user who may write is allowed, by a reader 404', async () => {
  const host = await createTestHost()
  await takeCoauthLock(host, 'A')

  assert.equal((await refresh(host, 'A', { token: 'bob:write' })).status, 200)
  assertRefused(await refresh(host, 'A', { token: 'bob:read' }), 404)
})

function refresh(host: TestHost, id: string, options: SendOptions & { timeout?: number } = {}) {
  const { timeout = 1800, ...rest } = options
  return host.send('REFRESH_COAUTH_LOCK', {
    ...rest,
    headers: {
      'X-WOPI-CoauthLockId': id,
      'X-WOPI-CoauthLockExpirationTimeout': String(timeout),
      ...rest.headers,
    },
  })
}
