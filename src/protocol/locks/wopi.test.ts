import assert from 'node:assert/strict'
import test from 'node:test'
import { lockConflictError } from './conflict.ts'
import { type LockState, UNLOCKED } from './state.ts'
import { getWopiLock, lockWopi, refreshWopiLock, unlockAndRelock, unlockWopi } from './wopi.ts'

const NOW = 1_700_000_000_000
const MINUTE = 60_000

test('lockWopi holds the lock for the time asked for and not a ms longer', () => {
  const locks = take(UNLOCKED, { lockId: 'L', lifetimeMs: MINUTE })

  const lastMoment = lockWopi(locks, { lockId: 'M', lifetimeMs: MINUTE }, NOW + MINUTE - 1)
  const expiry = lockWopi(locks, { lockId: 'M', lifetimeMs: MINUTE }, NOW + MINUTE)

  assert.deepEqual([lastMoment.ok, expiry.ok], [false, true])
})

test('lockWopi by the same id starts the time anew, by the timeout of that request only', () => {
  const locks = take(UNLOCKED, { lockId: 'L', lifetimeMs: 10 * MINUTE })

  const again = lockWopi(locks, { lockId: 'L', lifetimeMs: MINUTE }, NOW + 9 * MINUTE)

  assert.deepEqual(again, {
    ok: true,
    locks: { kind: 'wopi', lock: { lockId: 'L', expiresAt: NOW + 10 * MINUTE } },
  })
})

test('refreshWopiLock without LockUserVisible hides the holder again', () => {
  const locks = take(UNLOCKED, { lockId: 'L', lifetimeMs: MINUTE, visibleName: 'Alice' })

  const refreshed = refreshWopiLock(locks, { lockId: 'L', lifetimeMs: MINUTE }, NOW)

  assert.deepEqual(refreshed, {
    ok: true,
    locks: { kind: 'wopi', lock: { lockId: 'L', expiresAt: NOW + MINUTE } },
  })
})

test('unlockAndRelock replaces the lock and starts its time', () => {
  const locks = take(UNLOCKED, { lockId: 'L', lifetimeMs: MINUTE })

  const relocked = unlockAndRelock(
    locks,
    { oldLockId: 'L', lockId: 'M', lifetimeMs: 2 * MINUTE, visibleName: 'Bob' },
    NOW,
  )

  assert.deepEqual(relocked, {
    ok: true,
    locks: {
      kind: 'wopi',
      lock: { lockId: 'M', expiresAt: NOW + 2 * MINUTE, visibleName: 'Bob' },
    },
  })
})

test('unlockWopi leaves the file unlocked', () => {
  const locks = take(UNLOCKED, { lockId: 'L', lifetimeMs: MINUTE })

  assert.deepEqual(unlockWopi(locks, 'L', NOW), { ok: true, locks: UNLOCKED })
})

test('getWopiLock tells the id of the lock, and nothing once it has expired', () => {
  const locks = take(UNLOCKED, { lockId: '{"S":"1"}', lifetimeMs: MINUTE })

  assert.deepEqual(getWopiLock(locks, NOW), { ok: true, lockId: '{"S":"1"}' })
  assert.deepEqual(getWopiLock(locks, NOW + MINUTE), { ok: true, lockId: '' })
})

test('lockConflictError says for logs why, and who holds the lock only if that may be known', () => {
  const locks = take(UNLOCKED, { lockId: 'L', lifetimeMs: MINUTE })
  const outcome = lockWopi(locks, { lockId: 'M', lifetimeMs: MINUTE }, NOW)
  assert.ok(!outcome.ok)

  const error = lockConflictError(outcome.conflict)

  assert.equal(error.code, 'LOCK_CONFLICT')
  assert.deepEqual(error.headers, {
    'X-WOPI-Lock': 'L',
    'X-WOPI-LockFailureReason': 'The file is locked by another lock id',
  })
})

function take(state: LockState, request: Parameters<typeof lockWopi>[1]): LockState {
  const outcome = lockWopi(state, request, NOW)
  assert.ok(outcome.ok)
  return outcome.locks
}
