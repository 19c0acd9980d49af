import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { SignJWT, UnsecuredJWT } from 'jose'
import type { Grant, Permission, TokenRequest } from '../ports/access.ts'
import { createSignedAccess, type MintedToken, PERMISSIONS } from './signed-access.ts'

const HOUR = 3_600_000
const START = Date.UTC(2026, 0, 1)
const KEY = new Uint8Array(32).fill(7)
const OTHER_KEY = new Uint8Array(32).fill(8)
const ADA: MintedToken = {
  fileId: 'f1',
  userId: 'ada',
  displayName: 'Ada Lovelace',
  permissions: ['read', 'write'],
  ttlMs: 10 * HOUR,
}
const USER = { userId: 'ada', displayName: 'Ada Lovelace' }

function openAccess(key = KEY) {
  let time = START
  const owners: Record<string, string> = { mine: 'ada', theirs: 'bob' }
  const access = createSignedAccess({
    key,
    now: () => time,
    ownerOf: async (fileId) => owners[fileId],
  })
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
    /** The grant of a token for f1 with these permissions. */
    async grant(...permissions: Permission[]): Promise<Grant> {
      const { accessToken } = await access.mint({ ...ADA, permissions })
      const grant = await access.authenticate(accessToken, { fileId: 'f1', operation: 'x' })
      assert.ok(grant)
      return grant
    },
    /** What an issued token allows at its own resource. */
    async issueAndUse(request: Omit<TokenRequest, 'user'>, operation = 'x') {
      const { from, use, ...resource } = request
      const issued = await access.issue({ user: USER, ...request })
      return issued && access.authenticate(issued.accessToken, { ...resource, operation })
    },
  }
}

describe('mint and authenticate', () => {
  test('mint makes a token that authenticate accepts, with the same user and rights', async () => {
    const access = openAccess()

    const { accessToken, accessTokenTtl } = await access.mint(ADA)
    const grant = await access.authenticate(accessToken, { fileId: 'f1', operation: 'PutFile' })

    assert.partialDeepStrictEqual(grant, {
      userId: 'ada',
      displayName: 'Ada Lovelace',
      permissions: new Set(['read', 'write']),
      expiresAt: START + 10 * HOUR,
    })
    assert.equal(accessTokenTtl, START + 10 * HOUR)
  })

  test('mint makes tokens that need no escaping in a URL, whatever the name of the user', async () => {
    const access = openAccess()

    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (displayName) => {
        const { accessToken } = await access.mint({ ...ADA, displayName })
        const grant = await access.authenticate(accessToken, { fileId: 'f1', operation: 'x' })

        assert.match(accessToken, /^[A-Za-z0-9._~-]+$/)
        assert.equal(grant?.displayName, displayName.toWellFormed())
      }),
      { numRuns: 30 },
    )
  })

  test('mint accepts e-mail addresses and UUIDs as user ids, and refuses control characters', async () => {
    const access = openAccess()

    for (const userId of ['ada@example.com', '0190f3a1-7b1e-7cc3-98c4-dc0c0c07398f']) {
      const { accessToken } = await access.mint({ ...ADA, userId })
      const grant = await access.authenticate(accessToken, { fileId: 'f1', operation: 'GetFile' })
      assert.equal(grant?.userId, userId)
    }
    for (const userId of ['', 'a\nb', 'a'.repeat(151)])
      await assert.rejects(access.mint({ ...ADA, userId }), TypeError)
  })

  test('authenticate gives exactly the permissions that were minted', async () => {
    const access = openAccess()

    await fc.assert(
      fc.asyncProperty(fc.subarray([...PERMISSIONS], { minLength: 1 }), async (permissions) => {
        assert.deepEqual((await access.grant(...permissions)).permissions, new Set(permissions))
      }),
    )
  })

  test('authenticate gives a token rights on its own resource only', async () => {
    const access = openAccess()
    const { fileId: _, ...anywhere } = ADA
    const resources = [{ fileId: 'a' }, { fileId: 'b' }, { containerId: 'a' }, {}]
    const tokens = await Promise.all(
      resources.map((resource) => access.mint({ ...anywhere, ...resource })),
    )

    for (const [made, { accessToken }] of tokens.entries())
      for (const [used, resource] of resources.entries()) {
        const grant = await access.authenticate(accessToken, { ...resource, operation: 'x' })
        assert.equal(grant?.permissions.size, made === used ? 2 : 0, `${made} ${used}`)
      }
  })

  test('authenticate refuses a token once it has expired, even if it accepted it before', async () => {
    const access = openAccess()
    const { accessToken } = await access.mint(ADA)

    access.advance(10 * HOUR - 1)
    const before = await access.accepts(accessToken)
    access.advance(1)
    const after = await access.accepts(accessToken)
    const again = await openAccess().accepts(accessToken)

    assert.deepEqual([before, after, again], [true, false, true])
  })

  test('authenticate refuses a token with any character changed', async () => {
    const access = openAccess()
    const { accessToken } = await access.mint(ADA)
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

  test('authenticate refuses another spelling of an issued token', async () => {
    const access = openAccess()
    const { accessToken } = await access.mint(ADA)
    const last = accessToken.at(-1) ?? ''
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    // 32 bytes leave two bits of the last character unused.
    const twin = alphabet[alphabet.indexOf(last) ^ 1] ?? ''
    const others = ['=', '==', '.', ' ', '\n', '%3D'].map((tail) => `${accessToken}${tail}`)

    for (const text of [...others, `${accessToken.slice(0, -1)}${twin}`])
      assert.equal(
        await access.authenticate(text, { fileId: 'f1', operation: 'GetFile' }),
        undefined,
        JSON.stringify(text.slice(-4)),
      )
  })

  test('authenticate refuses texts that are not tokens, and tokens with another signature', async () => {
    const access = openAccess()
    const claims = { name: 'A', file: 'f1', scope: 'read write', sub: 'a', aud: 'wopikit' }
    const exp = START / 1000 + 60
    const sign = (header: { alg: string; kid?: string }, key: Uint8Array, more: object = {}) =>
      new SignJWT({ ...claims, exp, ...more }).setProtectedHeader(header).sign(key)
    const kid = JSON.parse(
      Buffer.from((await access.mint(ADA)).accessToken.split('.')[0] ?? '', 'base64url').toString(),
    ).kid
    const changed = (more: object) => sign({ alg: 'HS256', kid }, KEY, more)

    const sound = await changed({})
    const wrong = [
      '',
      'x',
      'a.b.c',
      'x'.repeat(10_000),
      new UnsecuredJWT({ ...claims, exp }).encode(),
      await sign({ alg: 'HS256', kid }, OTHER_KEY),
      await sign({ alg: 'HS512', kid }, KEY),
      await sign({ alg: 'HS256' }, KEY),
      await changed({ aud: 'elsewhere' }),
      await changed({ scope: 'read admin' }),
      await changed({ scope: undefined }),
      await changed({ scope: '' }),
      await changed({ use: 'upload' }),
      await changed({ file: 5 }),
      await changed({ file: undefined, container: 5 }),
      await changed({ name: undefined }),
      await changed({ exp: undefined }),
      await changed({ exp: START / 1000 }),
    ]

    assert.equal(await access.accepts(sound), true)
    for (const token of wrong) assert.equal(await access.accepts(token), false, token)
  })

  test('authenticate does not mix up tokens when its memory of them overflows', async () => {
    const access = openAccess()
    const tokens: string[] = []

    for (let i = 0; i < 4200; i++)
      tokens.push((await access.mint({ ...ADA, userId: `user${i}` })).accessToken)
    for (const token of tokens) await access.accepts(token)
    const users = await Promise.all(
      [0, 100, 4199].map(async (i) => {
        const grant = await access.authenticate(tokens[i] ?? '', { fileId: 'f1', operation: 'x' })
        return grant?.userId
      }),
    )

    assert.deepEqual(users, ['user0', 'user100', 'user4199'])
  })
})

describe('issue', () => {
  test('issue gives a user who has just signed in all permissions for ten hours', async () => {
    const access = openAccess()

    const issued = await access.issueAndUse({})

    assert.partialDeepStrictEqual(issued, {
      userId: 'ada',
      permissions: new Set(PERMISSIONS),
      expiresAt: START + 10 * HOUR,
    })
  })

  test('issue passes on the permissions and the end of the token that asks', async () => {
    const access = openAccess()
    const from = await access.grant('read', 'browse')
    access.advance(4 * HOUR)

    const issued = await access.issueAndUse({ from, containerId: 'c1' })

    assert.partialDeepStrictEqual(issued, {
      userId: 'ada',
      displayName: 'Ada Lovelace',
      permissions: new Set(['read', 'browse']),
      expiresAt: START + 10 * HOUR,
    })
  })

  test('issue makes no token for another resource without the permission browse', async () => {
    const access = openAccess()
    const from = await access.grant('read', 'write', 'rename', 'delete')

    for (const wanted of [{ fileId: 'mine' }, { fileId: 'f2' }, { containerId: 'c1' }, {}])
      assert.equal(await access.issue({ user: USER, from, ...wanted }), undefined)
  })

  test('issue with the permission create makes tokens only for files that the user owns', async () => {
    const access = openAccess()
    const from = await access.grant('read', 'write', 'create')

    const mine = await access.issueAndUse({ from, fileId: 'mine' })

    assert.deepEqual(mine?.permissions, new Set(['read', 'write', 'create']))
    for (const wanted of [{ fileId: 'theirs' }, { fileId: 'gone' }, { containerId: 'mine' }, {}])
      assert.equal(await access.issue({ user: USER, from, ...wanted }), undefined)
  })

  test('issue makes download tokens, which allow Download and nothing else', async () => {
    const access = openAccess()
    const from = await access.grant('write')
    const issued = await access.issue({ user: USER, from, fileId: 'f1', use: 'download' })
    const token = issued?.accessToken ?? ''

    const download = await access.authenticate(token, { fileId: 'f1', operation: 'Download' })
    const elsewhere = await access.authenticate(token, { fileId: 'f2', operation: 'Download' })
    const other = await access.authenticate(token, { fileId: 'f1', operation: 'GetFile' })

    assert.deepEqual(download?.permissions, new Set(['read']))
    assert.equal(elsewhere?.permissions.size, 0)
    assert.equal(other, undefined)
  })

  test('issue makes no download token for a file that the token gives no access to', async () => {
    const access = openAccess()
    const from = await access.grant('write')

    const issued = await access.issue({ user: USER, from, fileId: 'f2', use: 'download' })

    assert.equal(issued, undefined)
  })

  test('authenticate refuses a token at Download that is not for download', async () => {
    const access = openAccess()
    const { accessToken } = await access.mint(ADA)

    const grant = await access.authenticate(accessToken, { fileId: 'f1', operation: 'Download' })

    assert.equal(grant, undefined)
  })
})
