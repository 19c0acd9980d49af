import assert from 'node:assert/strict'
import test from 'node:test'
import type { CoauthLock, LockState } from './state.ts'
import { UNLOCKED } from './state.ts'
import { checkPutChunkedFile, checkPutFile } from './writing.ts'

const NOW = 1_700_000_000_000

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
