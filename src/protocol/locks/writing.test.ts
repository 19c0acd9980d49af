import assert from 'node:assert/strict'
import test from 'node:test'
import type { CoauthLock, LockState } from './state.ts'
import { UNLOCKED } from './state.ts'
import { checkDeleteFile, checkPutChunkedFile, checkPutFile, checkRenameFile } from './writing.ts'

const NOW = 1_700_000_000_000

const WOPI: LockState = { kind: 'wopi', lock: { lockId: 'L', expiresAt: NOW + 7 } }
const COAUTH: LockState = {
  kind: 'coauth',
  locks: [{ ...coauthLock('X', NOW + 7), type: 'CoauthExclusive' }, coauthLock('A', NOW + 9)],
}
const PRESENTED = {
  none: undefined,
  'WOPI L': { kind: 'wopi', lockId: 'L' },
  'WOPI A': { kind: 'wopi', lockId: 'A' },
  'coauth A': { kind: 'coauth', lockId: 'A' },
  'coauth X': { kind: 'coauth', lockId: 'X' },
  'coauth L': { kind: 'coauth', lockId: 'L' },
} as const

/** Which locks let a file be renamed: pages "RenameFile" and "rename-file-plus". */
const RENAMING: readonly [state: string, locks: LockState, allowed: readonly string[]][] = [
  ['not locked', UNLOCKED, Object.keys(PRESENTED)],
  ['locked by L', WOPI, ['WOPI L']],
  ['coauthored by A, and by X exclusively', COAUTH, ['coauth A', 'coauth X']],
]

for (const [state, locks, allowed] of RENAMING)
  for (const [name, lock] of Object.entries(PRESENTED))
    test(`checkRenameFile of a file that is ${state}, with ${name}`, () => {
      const outcome = checkRenameFile(locks, { lock }, NOW)

      assert.equal(outcome.ok, allowed.includes(name))
      if (!outcome.ok) assert.equal(outcome.conflict.currentLock, locks === WOPI ? 'L' : undefined)
    })

test('checkDeleteFile lets only files go that are not locked', () => {
  assert.deepEqual(
    [UNLOCKED, WOPI, COAUTH].map((locks) => checkDeleteFile(locks, NOW).ok),
    [true, false, false],
  )
  assert.equal(checkDeleteFile(WOPI, NOW + 7).ok, true)
})

test('checkPutFile tells when the lock that allows the write runs out', () => {
  const locks: LockState = { kind: 'wopi', lock: { lockId: 'L', expiresAt: NOW + 7 } }

  assert.deepEqual(checkPutFile(locks, { lockId: 'L', size: 5 }, NOW), {
    ok: true,
    validBefore: NOW + 7,
  })
})

test('checkPutFile into an unlocked empty file is bound to no time', () => {
  assert.deepEqual(checkPutFile(UNLOCKED, { lockId: 'L', size: 0 }, NOW), { ok: true })
})

test('checkPutChunkedFile tells when the coauthoring lock that allows the write runs out', () => {
  const locks: LockState = {
    kind: 'coauth',
    locks: [coauthLock('A', NOW + 7), coauthLock('B', NOW + 9)],
  }

  const outcome = checkPutChunkedFile(
    locks,
    { lock: { kind: 'coauth', lockId: 'B' }, size: 5 },
    NOW,
  )

  assert.deepEqual(outcome, { ok: true, validBefore: NOW + 9 })
})

test('checkPutChunkedFile ignores an exclusive lock that has expired', () => {
  const locks: LockState = {
    kind: 'coauth',
    locks: [{ ...coauthLock('A', NOW), type: 'CoauthExclusive' }, coauthLock('B', NOW + 9)],
  }
  const put = (lockId: string) =>
    checkPutChunkedFile(locks, { lock: { kind: 'coauth', lockId }, size: 5 }, NOW)

  assert.deepEqual([put('A').ok, put('B').ok], [false, true])
})

function coauthLock(coauthLockId: string, expiresAt: number): CoauthLock {
  return {
    coauthLockId,
    type: 'Coauth',
    metadata: '',
    userFriendlyName: 'Alice',
    lockTime: NOW,
    expiresAt,
  }
}
