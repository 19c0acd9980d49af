import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { LOCK_LIFETIME_MS, LOCK_TIMEOUT_MAX_S } from '../names.ts'
import {
  boundedLocks,
  decodeLocks,
  encodeLocks,
  type LockState,
  liveLocks,
  UNLOCKED,
} from './state.ts'

const text = fc.string({ unit: 'binary' }).map((value) => value.toWellFormed())
const coauthLock = fc.record({
  coauthLockId: text,
  type: fc.constantFrom('Coauth', 'CoauthExclusive'),
  metadata: text,
  userFriendlyName: text,
  lockTime: fc.nat(),
  expiresAt: fc.nat(),
})
const anyState: fc.Arbitrary<LockState> = fc.oneof(
  fc.constant(UNLOCKED),
  fc.record({
    kind: fc.constant('wopi'),
    lock: fc.record(
      { lockId: text, expiresAt: fc.nat(), visibleName: text },
      { requiredKeys: ['lockId', 'expiresAt'], noNullPrototype: true },
    ),
  }),
  fc.record({ kind: fc.constant('coauth'), locks: fc.array(coauthLock, { minLength: 1 }) }),
)

test('decodeLocks gives back what encodeLocks was given', () => {
  fc.assert(
    fc.property(anyState, (state) => {
      assert.deepEqual(plain(decodeLocks(encodeLocks(state))), plain(state))
    }),
  )
})

test('encodeLocks stores nothing for an unlocked file and a version otherwise', () => {
  const locked: LockState = { kind: 'wopi', lock: { lockId: 'L', expiresAt: 1 } }

  assert.equal(encodeLocks(UNLOCKED), null)
  assert.equal(JSON.parse(encodeLocks(locked) ?? '').v, 1)
})

test('decodeLocks refuses a format that it does not know', () => {
  assert.throws(() => decodeLocks('{"v":2,"kind":"wopi"}'), /format 2/)
})

test('liveLocks keeps exactly the locks whose expiry is still to come', () => {
  fc.assert(
    fc.property(anyState, fc.nat(), (state, now) => {
      const expiries = (locks: LockState) => {
        if (locks.kind === 'coauth') return locks.locks.map((lock) => lock.expiresAt)
        return locks.kind === 'wopi' ? [locks.lock.expiresAt] : []
      }

      const live = liveLocks(state, now)

      assert.deepEqual(
        expiries(live),
        expiries(state).filter((expiresAt) => expiresAt > now),
      )
      assert.equal(live.kind === 'unlocked', expiries(live).length === 0)
    }),
  )
})

test('boundedLocks ends a lock of the future one lifetime from now, and leaves all others', () => {
  const latest = 1000 + LOCK_TIMEOUT_MAX_S * 1000
  const wopi = (expiresAt: number): LockState => ({
    kind: 'wopi',
    lock: { lockId: 'L', expiresAt },
  })
  const row = { type: 'Coauth' as const, metadata: '', userFriendlyName: 'A', lockTime: 0 }
  const coauth = (...expiries: number[]): LockState => ({
    kind: 'coauth',
    locks: expiries.map((expiresAt, i) => ({ ...row, coauthLockId: `${i}`, expiresAt })),
  })

  for (const state of [UNLOCKED, wopi(latest), coauth(1, latest)])
    assert.equal(boundedLocks(state, 1000), state)
  assert.deepEqual(boundedLocks(wopi(latest + 1), 1000), wopi(1000 + LOCK_LIFETIME_MS))
  assert.deepEqual(boundedLocks(coauth(7, latest + 1), 1000), coauth(7, 1000 + LOCK_LIFETIME_MS))
})

/** Without the null prototypes that fast-check gives to some objects. */
function plain(value: unknown): unknown {
  return structuredClone(value)
}
