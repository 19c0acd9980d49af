import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SignJWT } from 'jose'
import type { Permission } from '../ports/access.ts'
import { createMemoryMetadataStore } from '../stores/metadata/sqlite/in-memory.ts'
import { createSignedAccess, type SignedAccess } from './signed-access.ts'

const KEY = new Uint8Array(32).fill(7)
const START = Date.UTC(2026, 0, 1) + 123

/** Two processes that share a key and a store. */
function openTwo() {
  let time = START
  const now = () => time
  const revocations = createMemoryMetadataStore({ now })
  const open = () => createSignedAccess({ key: KEY, now, revocations })
  const [one, other] = [open(), open()]
  return {
    one,
    other,
    advance(ms: number) {
      time += ms
    },
    async token(userId: string, fileId: string, ...permissions: Permission[]) {
      const who = { userId, displayName: userId, ttlMs: 3_600_000 }
      const given = permissions.length > 0 ? permissions : (['read'] as const)
      return (await one.mint({ ...who, fileId, permissions: given })).accessToken
    },
  }
}

async function opens(access: SignedAccess, token: string, fileId: string): Promise<boolean> {
  const operation = 'GetFile'
  return ((await access.authenticate(token, { fileId, operation }))?.permissions.size ?? 0) > 0
}

describe('revoke', () => {
  test('revoke takes back the tokens of a user, at once and in every process', async () => {
    const { one, other, token } = openTwo()
    const [adas, bobs] = [await token('ada', 'f1'), await token('bob', 'f1')]
    assert.deepEqual([await opens(one, adas, 'f1'), await opens(other, adas, 'f1')], [true, true])

    await other.revoke({ userId: 'ada' })

    assert.deepEqual([await opens(one, adas, 'f1'), await opens(other, adas, 'f1')], [false, false])
    assert.equal(await opens(one, bobs, 'f1'), true)
  })

  test('revoke takes back tokens for a file, of a user for a file, or all', async () => {
    const { one, token } = openTwo()
    const tokens = {
      'ada f1': await token('ada', 'f1'),
      'ada f2': await token('ada', 'f2'),
      'bob f1': await token('bob', 'f1'),
      'bob f2': await token('bob', 'f2'),
    }
    const left = async () => {
      const alive: string[] = []
      for (const [name, text] of Object.entries(tokens))
        if (await opens(one, text, name.slice(-2))) alive.push(name)
      return alive
    }

    await one.revoke({ userId: 'ada', fileId: 'f1' })
    assert.deepEqual(await left(), ['ada f2', 'bob f1', 'bob f2'])
    await one.revoke({ fileId: 'f1' })
    assert.deepEqual(await left(), ['ada f2', 'bob f2'])
    await one.revoke('all')
    assert.deepEqual(await left(), [])
  })

  test('revoke takes back what is issued in its own millisecond, and nothing later', async () => {
    const { one, token, advance } = openTwo()

    const until = await one.revoke({ userId: 'ada' })
    const sameTime = await token('ada', 'f1')
    advance(1)
    const later = await token('ada', 'f1')

    assert.equal(until, START)
    assert.deepEqual(
      [await opens(one, sameTime, 'f1'), await opens(one, later, 'f1')],
      [false, true],
    )
  })

  test('revoke takes back what is made later from a token that was read before', async () => {
    const { one, token, advance } = openTwo()
    const first = await token('ada', 'f1', 'read', 'browse')
    const from = await one.authenticate(first, { fileId: 'f1', operation: 'x' })
    assert.ok(from)

    await one.revoke({ userId: 'ada' })
    advance(1000)
    const issued = await one.issue({ user: from, from, fileId: 'f2' })

    assert.equal(await opens(one, issued?.accessToken ?? '', 'f2'), false)
  })

  test('a token that does not tell when it was issued is taken back by every call', async () => {
    const { one, token } = openTwo()
    const kid = JSON.parse(
      Buffer.from((await token('ada', 'f1')).split('.')[0] ?? '', 'base64url').toString(),
    ).kid
    const claims = { sub: 'ada', name: 'Ada', file: 'f1', scope: 'read', aud: 'wopikit' }
    const old = await new SignJWT({ ...claims, exp: START / 1000 + 60 })
      .setProtectedHeader({ alg: 'HS256', kid })
      .sign(KEY)
    assert.equal(await opens(one, old, 'f1'), true)

    await one.revoke({ fileId: 'f1' })

    assert.equal(await opens(one, old, 'f1'), false)
  })

  test('revoke says what it needs, rather than take back everything or nothing', async () => {
    const { one } = openTwo()
    const without = createSignedAccess({ key: KEY })

    for (const nobody of [{}, { userId: undefined }, { userId: '' }] as object[])
      await assert.rejects(one.revoke(nobody), /TypeError: revoke needs a userId, .* or 'all'/)
    await assert.rejects(one.revoke({ fileId: 'f1', containerId: 'c1' }), TypeError)
    await assert.rejects(without.revoke('all'), /TypeError: .*without `revocations`/)
  })
})
