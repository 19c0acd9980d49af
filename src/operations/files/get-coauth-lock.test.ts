import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, MINUTE, START } from '../../../test/helpers/test-host.ts'
import { assertRefused, takeCoauthLock } from '../../../test/helpers/wopi-story.ts'

test('GetCoauthLock answers the table with exactly the five members of each row, and its version', async () => {
  const host = await createTestHost()

  const reply = await takeCoauthLock(host, 'A', { metadata: 'm' })

  assert.equal(reply.status, 200)
  assert.ok(reply.headers.get('X-WOPI-CoauthTableVersion'))
  assert.deepEqual(JSON.parse(reply.text), {
    CoauthTable: [
      {
        CoauthLockId: 'A',
        CoauthLockMetadata: 'm',
        CoauthLockType: 'Coauth',
        UserFriendlyName: 'Alice',
        CoauthLockTime: START,
      },
    ],
  })
})

test('GetCoauthLock takes the metadata of the body before that of the header', async () => {
  const host = await createTestHost()
  const json = (value: unknown) =>
    new TextEncoder().encode(JSON.stringify({ CoauthLockMetadata: value }))

  for (const [value, expected] of [
    ['Zo\u00eb', 'Zo\u00eb'],
    ['', ''],
    [null, ''],
  ]) {
    const reply = await takeCoauthLock(host, 'A', { metadata: 'header', body: json(value) })
    assert.equal(JSON.parse(reply.text).CoauthTable[0].CoauthLockMetadata, expected)
  }
})

test('GetCoauthLock without metadata empties what the lock had', async () => {
  const host = await createTestHost()
  await takeCoauthLock(host, 'A', { metadata: 'm' })

  const reply = await takeCoauthLock(host, 'A')

  assert.equal(JSON.parse(reply.text).CoauthTable[0].CoauthLockMetadata, '')
})

test('GetCoauthLock of one’s own lock switches its type, and keeps time and version rules', async () => {
  const host = await createTestHost()
  const first = await takeCoauthLock(host, 'A')
  host.advance(MINUTE)

  const up = await takeCoauthLock(host, 'A', { type: 'CoauthExclusive', token: 'bob:write' })
  const down = await takeCoauthLock(host, 'A')

  const version = 'X-WOPI-CoauthTableVersion'
  assert.notEqual(up.headers.get(version), first.headers.get(version))
  assert.equal(down.headers.get(version), first.headers.get(version))
  assert.deepEqual(JSON.parse(down.text), JSON.parse(first.text))
})

test('GetCoauthLock exclusively beside another’s exclusive lock is 409, plainly it is not', async () => {
  const host = await createTestHost()
  await takeCoauthLock(host, 'A', { type: 'CoauthExclusive' })

  const exclusively = await takeCoauthLock(host, 'B', { type: 'CoauthExclusive' })
  const plainly = await takeCoauthLock(host, 'B')

  assertRefused(exclusively, 409, { 'X-WOPI-Lock': null })
  assert.equal(plainly.status, 200)
})

test('GetCoauthLock of a file with a WOPI lock is 409, and tells a user-visible holder', async () => {
  const hidden = await createTestHost()
  const shown = await createTestHost()
  await hidden.lock('L')
  const headers = { 'X-WOPI-Lock': 'L', 'X-WOPI-LockUserVisible': 'True' }
  await shown.send('LOCK', { headers })

  assertRefused(await takeCoauthLock(hidden, 'A'), 409, {
    'X-WOPI-ConflictingLockUsername': null,
  })
  assertRefused(await takeCoauthLock(shown, 'A'), 409, {
    'X-WOPI-ConflictingLockUsername': 'Alice',
  })
})

test('GetCoauthLock lives exactly as long as its timeout says, from 60 to 3600 seconds', async () => {
  const host = await createTestHost()
  for (const timeout of [59, 3601, Number.NaN])
    assertRefused(await takeCoauthLock(host, 'A', { timeout }), 400)
  await takeCoauthLock(host, 'A', { timeout: 60 })
  const ids = async () => JSON.parse((await host.send('GET_COAUTH_TABLE')).text).CoauthTable.length

  host.advance(MINUTE - 1)
  const before = await ids()
  host.advance(1)

  assert.deepEqual([before, await ids()], [1, 0])
})

const WRONG: Record<string, Record<string, string>> = {
  'no id': { 'X-WOPI-CoauthLockId': '' },
  'an id that is too long': { 'X-WOPI-CoauthLockId': 'x'.repeat(1025) },
  'no type': { 'X-WOPI-CoauthLockType': '' },
  'the type None': { 'X-WOPI-CoauthLockType': 'None' },
  'no timeout': { 'X-WOPI-CoauthLockExpirationTimeout': '' },
  'metadata of more than 4 KB': { 'X-WOPI-CoauthLockMetadata': 'x'.repeat(4097) },
}

for (const [what, headers] of Object.entries(WRONG))
  test(`GetCoauthLock with ${what} is 400`, async () => {
    const host = await createTestHost()

    assertRefused(await takeCoauthLock(host, 'A', { headers }), 400, {
      'X-WOPI-CoauthTableVersion': null,
    })
  })

test('GetCoauthLock with a body that is no JSON, or metadata of more than 4 KB in it, is 400', async () => {
  const host = await createTestHost()
  const long = JSON.stringify({ CoauthLockMetadata: 'x'.repeat(4097) })

  for (const text of ['{', long, 'x'.repeat(100_000)])
    assertRefused(await takeCoauthLock(host, 'A', { body: new TextEncoder().encode(text) }), 400)
})

test('GetCoauthLock: of many exclusive requests at once exactly one wins', async () => {
  const host = await createTestHost()

  const replies = await Promise.all(
    ['A', 'B', 'C', 'D'].map((id) => takeCoauthLock(host, id, { type: 'CoauthExclusive' })),
  )

  assert.deepEqual(replies.map(({ status }) => status).toSorted(), [200, 409, 409, 409])
})

test('GetCoauthLock without a valid token is 401, without the right to write 404', async () => {
  const host = await createTestHost()

  assertRefused(await takeCoauthLock(host, 'A', { token: 'forged' }), 401)
  assertRefused(await takeCoauthLock(host, 'A', { token: 'bob:read' }), 404)
})
