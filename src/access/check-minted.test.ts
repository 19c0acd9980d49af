import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MintedToken } from './check-minted.ts'
import { createSignedAccess } from './signed-access.ts'

const KEY = new Uint8Array(32).fill(7)
const SOUND: MintedToken = {
  fileId: 'f1',
  userId: 'ada',
  displayName: 'Ada',
  permissions: ['read'],
  ttlMs: 60_000,
}

describe('createSignedAccess', () => {
  test('createSignedAccess refuses a key that can be guessed', () => {
    const create = (key: unknown) => () => createSignedAccess({ key: key as Uint8Array })

    assert.throws(create(KEY.subarray(1)), /TypeError: key must have at least 32 .* not 31: use/)
    assert.throws(
      create('a secret of thirty-two characters'),
      /TypeError: key must be a Uint8Array/,
    )
    assert.throws(create(undefined), TypeError)
    assert.doesNotThrow(create(Buffer.from(KEY)))
  })
})

describe('mint', () => {
  const wrong: [string, object, RegExp][] = [
    ['a misspelt permission', { permissions: ['read', 'wirte'] }, /delete, browse, not "wirte"/],
    ['a permission that is no list', { permissions: 'read' }, /must be a list of .* not "read"/],
    ['no permissions', { permissions: [] }, /at least one/],
    ['permissions left out', { permissions: undefined }, /must be a list of .* not undefined/],
    ['no lifetime', { ttlMs: undefined }, /ttlMs must be .* not undefined/],
    ['a lifetime of seconds in a text', { ttlMs: '60000' }, /ttlMs must be .* not "60000"/],
    ['a lifetime that is over', { ttlMs: 0 }, /ttlMs must be .* not 0/],
    ['a lifetime without end', { ttlMs: Number.POSITIVE_INFINITY }, /not Infinity/],
    ['a lifetime that is no number', { ttlMs: Number.NaN }, /not NaN/],
    ['a misspelt resource', { fileID: 'f1' }, /not fileID/],
    ['two resources', { containerId: 'c1' }, /not for both/],
    ['an empty fileId', { fileId: '' }, /fileId must be a text/],
    ['no name', { displayName: undefined }, /displayName must be a text/],
    ['no user', { userId: undefined }, /userId must be a text/],
  ]
  for (const [what, change, message] of wrong)
    test(`mint refuses ${what}, and says what was expected`, async () => {
      const { mint } = createSignedAccess({ key: KEY })

      await assert.rejects(mint({ ...SOUND, ...change }), { name: 'TypeError', message })
    })

  test('mint takes any iterable of permissions, and an undefined fileId as none', async () => {
    const { mint, authenticate } = createSignedAccess({ key: KEY })

    const { fileId: _, ...rest } = SOUND
    const { accessToken } = await mint({ ...rest, permissions: new Set(['read', 'browse']) })
    const grant = await authenticate(accessToken, { operation: 'x' })

    assert.deepEqual([...(grant?.permissions ?? [])], ['read', 'browse'])
  })
})
