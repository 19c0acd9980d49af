import assert from 'node:assert/strict'
import test from 'node:test'
import { COAUTH_LOCKS_MAX, COAUTH_TABLE_METADATA_MAX_BYTES } from '../names.ts'
import {
  type CoauthLockRequest,
  type CoauthOutcome,
  coauthTableVersion,
  getCoauthLock,
  getCoauthTable,
  refreshCoauthLock,
  unlockCoauthLock,
} from './coauth.ts'
import { type CoauthTableRow, type LockState, UNLOCKED } from './state.ts'
import { lockWopi } from './wopi.ts'

const NOW = 1_700_000_000_000
const MINUTE = 60_000

test('getCoauthLock adds a row with the time and the name of the user who asked', () => {
  const { table } = take(UNLOCKED, { coauthLockId: 'A', metadata: 'm', userFriendlyName: 'Alice' })

  assert.deepEqual(shown(table), [
    {
      coauthLockId: 'A',
      type: 'Coauth',
      metadata: 'm',
      userFriendlyName: 'Alice',
      lockTime: NOW,
    },
  ])
})

test('getCoauthLock by another user keeps the first name and time, and takes the new metadata', () => {
  const first = take(UNLOCKED, { coauthLockId: 'A', metadata: 'm', userFriendlyName: 'Alice' })

  const again = take(
    first.locks,
    { coauthLockId: 'A', metadata: '', userFriendlyName: 'Bob' },
    NOW + 1,
  )

  assert.deepEqual(shown(again.table), [{ ...shown(first.table)[0], metadata: '' }])
})

test('getCoauthLock switches its own lock to exclusive and back', () => {
  const first = take(UNLOCKED, { coauthLockId: 'A' })

  const up = take(first.locks, { coauthLockId: 'A', type: 'CoauthExclusive' })
  const down = take(up.locks, { coauthLockId: 'A', type: 'Coauth' })

  assert.deepEqual(types(up.table), { A: 'CoauthExclusive' })
  assert.deepEqual(types(down.table), { A: 'Coauth' })
})

test('getCoauthLock lets others join a file that is locked exclusively', () => {
  const exclusive = take(UNLOCKED, { coauthLockId: 'B', type: 'CoauthExclusive' })

  const joined = take(exclusive.locks, { coauthLockId: 'A' })

  assert.deepEqual(types(joined.table), { A: 'Coauth', B: 'CoauthExclusive' })
})

test('getCoauthLock takes over the exclusive type once its holder has expired', () => {
  const exclusive = take(UNLOCKED, { coauthLockId: 'B', type: 'CoauthExclusive' })

  const later = take(exclusive.locks, { coauthLockId: 'A', type: 'CoauthExclusive' }, NOW + MINUTE)

  assert.deepEqual(types(later.table), { A: 'CoauthExclusive' })
})

test('getCoauthLock after its own lock has expired is a new lock with a new time', () => {
  const first = take(UNLOCKED, { coauthLockId: 'A', userFriendlyName: 'Alice' })

  const again = take(first.locks, { coauthLockId: 'A', userFriendlyName: 'Bob' }, NOW + MINUTE)

  assert.deepEqual(
    again.table.map(({ userFriendlyName, lockTime }) => [userFriendlyName, lockTime]),
    [['Bob', NOW + MINUTE]],
  )
})

test(`getCoauthLock refuses lock number ${COAUTH_LOCKS_MAX + 1}, but not a lock that is there`, () => {
  const ids = Array.from({ length: COAUTH_LOCKS_MAX }, (_, index) => `id${index}`)
  const full = ids.reduce<LockState>(
    (locks, coauthLockId) => take(locks, { coauthLockId }).locks,
    UNLOCKED,
  )

  assert.equal(getCoauthLock(full, request({ coauthLockId: 'one more' }), NOW).ok, false)
  assert.equal(getCoauthLock(full, request({ coauthLockId: 'id0' }), NOW).ok, true)
})

test(`getCoauthLock and refreshCoauthLock keep all metadata together below ${COAUTH_TABLE_METADATA_MAX_BYTES} bytes`, () => {
  const half = 'ü'.repeat(COAUTH_TABLE_METADATA_MAX_BYTES / 4)
  const one = take(UNLOCKED, { coauthLockId: 'A', metadata: half }).locks
  const full = take(one, { coauthLockId: 'B', metadata: half }).locks

  const taken = getCoauthLock(full, request({ coauthLockId: 'C', metadata: 'm' }), NOW)
  const bare = getCoauthLock(full, request({ coauthLockId: 'C', metadata: '' }), NOW)
  const refresh = { coauthLockId: 'A', lifetimeMs: MINUTE }
  const larger = refreshCoauthLock(full, { ...refresh, metadata: `${half}m` }, NOW)
  const same = refreshCoauthLock(full, { ...refresh, metadata: half }, NOW)

  assert.deepEqual([taken.ok, bare.ok, larger.ok, same.ok], [false, true, false, true])
})

test('refreshCoauthLock without metadata keeps it, and keeps type, name and time', () => {
  const first = take(UNLOCKED, { coauthLockId: 'A', metadata: 'm', type: 'CoauthExclusive' })

  for (const metadata of [undefined, '']) {
    const refreshed = refreshCoauthLock(
      first.locks,
      { coauthLockId: 'A', lifetimeMs: MINUTE, metadata },
      NOW + 1,
    )
    assert.deepEqual(shown(tableOf(refreshed)), shown(first.table))
  }
})

test('refreshCoauthLock with metadata replaces it', () => {
  const first = take(UNLOCKED, { coauthLockId: 'A', metadata: 'm' })

  const refreshed = refreshCoauthLock(
    first.locks,
    { coauthLockId: 'A', lifetimeMs: MINUTE, metadata: 'n' },
    NOW,
  )

  assert.equal(tableOf(refreshed)[0]?.metadata, 'n')
})

test('refreshCoauthLock prolongs a lock of 60 s by what it asks for at 30 s', () => {
  const first = take(UNLOCKED, { coauthLockId: 'A' })
  const refreshed = refreshCoauthLock(
    first.locks,
    { coauthLockId: 'A', lifetimeMs: 4 * MINUTE },
    NOW + MINUTE / 2,
  )
  assert.ok(refreshed.ok)

  const lastMoment = getCoauthTable(refreshed.locks, NOW + 4.5 * MINUTE - 1)
  const expiry = getCoauthTable(refreshed.locks, NOW + 4.5 * MINUTE)

  assert.deepEqual([ids(lastMoment), ids(expiry)], [['A'], []])
})

test('lock operations ignore a coauthoring lock from the very ms of its expiry', () => {
  const { locks } = take(UNLOCKED, { coauthLockId: 'A' })
  const expiry = NOW + MINUTE

  const refreshed = refreshCoauthLock(locks, { coauthLockId: 'A', lifetimeMs: MINUTE }, expiry)
  const unlocked = unlockCoauthLock(locks, 'A', expiry)
  const wopiLocked = lockWopi(locks, { lockId: 'L', lifetimeMs: MINUTE }, expiry)

  assert.deepEqual(ids(getCoauthTable(locks, expiry - 1)), ['A'])
  assert.deepEqual([refreshed.ok, unlocked.ok, wopiLocked.ok], [false, false, true])
})

test('unlockCoauthLock of the exclusive lock leaves the others in force', () => {
  const exclusive = take(UNLOCKED, { coauthLockId: 'A', type: 'CoauthExclusive' })
  const joined = take(exclusive.locks, { coauthLockId: 'B' })

  const unlocked = unlockCoauthLock(joined.locks, 'A', NOW)

  assert.deepEqual(types(tableOf(unlocked)), { B: 'Coauth' })
})

test('unlockCoauthLock of the last lock leaves the file unlocked', () => {
  const { locks } = take(UNLOCKED, { coauthLockId: 'A' })

  assert.deepEqual(unlockCoauthLock(locks, 'A', NOW), { ok: true, locks: UNLOCKED, table: [] })
})

test('getCoauthTable lists the locks in the order of their ids', () => {
  const { locks } = ['b', 'a', 'C'].reduce(
    ({ locks }, coauthLockId) => take(locks, { coauthLockId }),
    { locks: UNLOCKED },
  )

  assert.deepEqual(ids(getCoauthTable(locks, NOW)), ['C', 'a', 'b'])
})

test('coauthTableVersion changes with every change that the table shows', () => {
  const row = take(UNLOCKED, { coauthLockId: 'A', metadata: 'm', userFriendlyName: 'Alice' })
    .table[0]
  assert.ok(row)
  const tables: CoauthTableRow[][] = [
    [],
    [row],
    [{ ...row, coauthLockId: 'B' }],
    [{ ...row, type: 'CoauthExclusive' }],
    [{ ...row, metadata: 'n' }],
    [{ ...row, metadata: 'mAlice', userFriendlyName: '' }],
    [{ ...row, userFriendlyName: 'Bob' }],
    [{ ...row, lockTime: NOW + 1 }],
    [row, { ...row, coauthLockId: 'B' }],
  ]

  const versions = [
    ...tables.map((table) => coauthTableVersion('f1', table)),
    coauthTableVersion('f2', []),
  ]

  assert.equal(new Set(versions).size, versions.length)
  for (const version of versions) assert.match(version, /^[0-9a-f]{32}$/)
})

test('coauthTableVersion stays the same when only expiry times and the order change', () => {
  const two = take(take(UNLOCKED, { coauthLockId: 'A' }).locks, { coauthLockId: 'B' })
  const refreshed = refreshCoauthLock(two.locks, { coauthLockId: 'A', lifetimeMs: 5 * MINUTE }, NOW)
  const version = coauthTableVersion('f1', two.table)

  assert.equal(coauthTableVersion('f1', tableOf(refreshed)), version)
  assert.equal(coauthTableVersion('f1', two.table.toReversed()), version)
})

function request(changes: Partial<CoauthLockRequest>): CoauthLockRequest {
  return {
    coauthLockId: 'A',
    type: 'Coauth',
    lifetimeMs: MINUTE,
    metadata: '',
    userFriendlyName: 'Alice',
    ...changes,
  }
}

function take(state: LockState, changes: Partial<CoauthLockRequest>, now = NOW) {
  const outcome = getCoauthLock(state, request(changes), now)
  assert.ok(outcome.ok)
  return outcome
}

function tableOf(outcome: CoauthOutcome): readonly CoauthTableRow[] {
  assert.ok(outcome.ok)
  return outcome.table
}

function ids(outcome: ReturnType<typeof getCoauthTable>): string[] {
  assert.ok(outcome.ok)
  return outcome.table.map((row) => row.coauthLockId)
}

function types(table: readonly CoauthTableRow[]): Record<string, string> {
  return Object.fromEntries(table.map((row) => [row.coauthLockId, row.type]))
}

function shown(table: readonly CoauthTableRow[]) {
  return table.map(({ coauthLockId, type, metadata, userFriendlyName, lockTime }) => ({
    coauthLockId,
    type,
    metadata,
    userFriendlyName,
    lockTime,
  }))
}
