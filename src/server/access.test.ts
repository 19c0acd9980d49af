import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SignJWT, UnsecuredJWT } from 'jose'
import { createSignedAccess } from './access.ts'

const HOUR = 3_600_000
const START = Date.UTC(2026, 0, 1)
const KEY = new Uint8Array(32).fill(7)
const OTHER_KEY = new Uint8Array(32).fill(8)
const ADA = {
  fileId: 'f1',
  userId: 'ada',
  displayName: 'Ada Lovelace',
  permission: 'write',
  ttlMs: 10 * HOUR,
} as const

function openAccess(key = KEY) {
  let time = START
  const access = createSignedAccess({ key, now: () => time })
  return {
    ...access,
    advance(ms: number) {
      time += ms
    },
    async accepts(accessToken: string, fileId = 'f1') {
      return (
        (await access.authenticate(accessToken, { fileId, operation: 'GetFile' })) !== undefined
      )
    },
  }
}

test('issue makes a token that authenticate reads back', async () => {
  const access = openAccess()

  const { accessToken, accessTokenTtl } = await access.issue(ADA)
  const grant = await access.authenticate(accessToken, { fileId: 'f1', operation: 'PutFile' })

  assert.deepEqual(grant, {
    userId: 'ada',
    displayName: 'Ada Lovelace',
    permissions: new Set(['read', 'write']),
    expiresAt: START + 10 * HOUR,
  })
  assert.equal(accessTokenTtl, START + 10 * HOUR)
})

test('issue makes tokens of characters that need no escaping, whatever the name', async () => {
  const access = openAccess()

  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (displayName) => {
      const { accessToken } = await access.issue({ ...ADA, displayName })
      const grant = await access.authenticate(accessToken, { fileId: 'f1', operation: 'x' })

      assert.match(accessToken, /^[A-Za-z0-9._~-]+$/)
      assert.equal(grant?.displayName, displayName.toWellFormed())
    }),
    { numRuns: 30 },
  )
})

test('authenticate gives a read token no right to write', async () => {
  const access = openAccess()

  const { accessToken } = await access.issue({ ...ADA, permission: 'read' })
  const grant = await access.authenticate(accessToken, { fileId: 'f1', operation: 'PutFile' })

  assert.deepEqual(grant?.permissions, new Set(['read']))
})

test('authenticate gives a token no right on another document', async () => {
  const access = openAccess()

  const { accessToken } = await access.issue(ADA)
  const grant = await access.authenticate(accessToken, { fileId: 'f2', operation: 'GetFile' })

  assert.equal(grant?.permissions.size, 0)
})

test('authenticate refuses a token from the moment it expires, also one it has checked', async () => {
  const access = openAccess()
  const { accessToken } = await access.issue(ADA)

  access.advance(10 * HOUR - 1)
  const before = await access.accepts(accessToken)
  access.advance(1)
  const after = await access.accepts(accessToken)
  const again = await openAccess().accepts(accessToken)

  assert.deepEqual([before, after, again], [true, false, true])
})

test('authenticate refuses a token with any character changed', async () => {
  const access = openAccess()
  const { accessToken } = await access.issue(ADA)
  await access.accepts(accessToken)
  // The last character of the signature carries two bits that mean nothing.
  const last = accessToken.length - 2

  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: last }), async (at) => {
      const other = accessToken[at] === 'A' ? 'B' : 'A'
      const forged = accessToken.slice(0, at) + other + accessToken.slice(at + 1)

      assert.equal(await access.accepts(forged), false)
    }),
    { numRuns: 100 },
  )
})

test('authenticate refuses what is no token, or signed otherwise', async () => {
  const access = openAccess()
  const claims = { name: 'A', file: 'f1', permission: 'write', sub: 'a', aud: 'wopikit' }
  const exp = START / 1000 + 60
  const sign = (header: { alg: string; kid?: string }, key: Uint8Array, more: object = {}) =>
    new SignJWT({ ...claims, exp, ...more }).setProtectedHeader(header).sign(key)
  const kid = JSON.parse(
    Buffer.from((await access.issue(ADA)).accessToken.split('.')[0] ?? '', 'base64url').toString(),
  ).kid

  const sound = await sign({ alg: 'HS256', kid }, KEY)
  const wrong = [
    '',
    'x',
    'a.b.c',
    'x'.repeat(10_000),
    new UnsecuredJWT({ ...claims, exp }).encode(),
    await sign({ alg: 'HS256', kid }, OTHER_KEY),
    await sign({ alg: 'HS512', kid }, KEY),
    await sign({ alg: 'HS256' }, KEY),
    await sign({ alg: 'HS256', kid }, KEY, { aud: 'elsewhere' }),
    await sign({ alg: 'HS256', kid }, KEY, { permission: 'admin' }),
    await sign({ alg: 'HS256', kid }, KEY, { file: 5 }),
    await sign({ alg: 'HS256', kid }, KEY, { exp: undefined }),
    await sign({ alg: 'HS256', kid }, KEY, { exp: START / 1000 }),
  ]

  assert.equal(await access.accepts(sound), true)
  for (const token of wrong) assert.equal(await access.accepts(token), false, token)
})

test('authenticate remembers more tokens than it has room for without mixing them up', async () => {
  const access = openAccess()
  const tokens: string[] = []

  for (let i = 0; i < 4200; i++)
    tokens.push((await access.issue({ ...ADA, userId: `user${i}` })).accessToken)
  for (const token of tokens) await access.accepts(token)
  const users = await Promise.all(
    [0, 100, 4199].map(async (i) => {
      const grant = await access.authenticate(tokens[i] ?? '', { fileId: 'f1', operation: 'x' })
      return grant?.userId
    }),
  )

  assert.deepEqual(users, ['user0', 'user100', 'user4199'])
})
