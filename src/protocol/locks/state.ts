import type { CoauthLockType } from '../headers.ts'
import { LOCK_LIFETIME_MS, LOCK_TIMEOUT_MAX_S } from '../names.ts'

/** Who took a lock, and when. Shown to administrators, never to clients. */
export interface LockTaking {
  userId: string
  displayName: string
  /** In ms since 1970 UTC. */
  at: number
}

/** A WOPI lock: one for each file, belonging to whoever knows its id. */
export interface WopiLock {
  /** Opaque; compared exactly. */
  lockId: string
  /** Time of expiry, in ms since 1970 UTC; from then on the lock no longer exists. */
  expiresAt: number
  /** Name of the user who took it, if others may be told. */
  visibleName?: string
  /** Left out of locks that an older version has stored. */
  taken?: LockTaking
}

/** What clients see of a coauthoring lock: one row of the CoauthTable. */
export interface CoauthTableRow {
  coauthLockId: string
  type: CoauthLockType
  /** Opaque; may be empty. */
  metadata: string
  /** Of the user who took the lock first; never empty. */
  userFriendlyName: string
  /** When the lock was taken first, in ms since 1970 UTC. */
  lockTime: number
}

/** A coauthoring lock. */
export interface CoauthLock extends CoauthTableRow {
  /** The user who took the lock first; left out of locks that an older version has stored. */
  userId?: string
  /** Time of expiry, in ms since 1970 UTC; from then on the lock no longer exists. */
  expiresAt: number
}

/** The locks of one file: a WOPI lock or coauthoring locks, never both. */
export type LockState =
  | { kind: 'unlocked' }
  | { kind: 'wopi'; lock: WopiLock }
  /** At least one, of which at most one is CoauthExclusive. */
  | { kind: 'coauth'; locks: readonly CoauthLock[] }

export const UNLOCKED: LockState = { kind: 'unlocked' }

const FORMAT_VERSION = 1

/** Encodes locks for the store; `null` when there are none. */
export function encodeLocks(state: LockState): string | null {
  if (state.kind === 'unlocked') return null
  return JSON.stringify({ v: FORMAT_VERSION, ...state })
}

/**
 * Decodes what `encodeLocks` made, expired locks included.
 *
 * @throws Error when it was made by a version that this one does not know
 */
export function decodeLocks(text: string | null): LockState {
  if (text === null) return UNLOCKED
  const { v, ...state } = JSON.parse(text) as { v: number } & LockState
  if (v !== FORMAT_VERSION)
    throw new Error(`The lock state has format ${v}, which this release does not know`)
  return state
}

/** The locks without those that have expired: a lock is gone in the very ms of its expiry. */
export function liveLocks(state: LockState, now: number): LockState {
  if (state.kind === 'wopi') return state.lock.expiresAt > now ? state : UNLOCKED
  if (state.kind === 'unlocked') return state
  return coauthState(state.locks.filter((lock) => lock.expiresAt > now))
}

/**
 * The locks, of which those that would last longer than any lock may, end one lifetime from now: they
 * were taken while the clock was ahead. The very same state when there are none.
 */
export function boundedLocks(state: LockState, now: number): LockState {
  const latest = now + LOCK_TIMEOUT_MAX_S * 1000
  const bounded = <Lock extends { expiresAt: number }>(lock: Lock): Lock =>
    lock.expiresAt > latest ? { ...lock, expiresAt: now + LOCK_LIFETIME_MS } : lock
  if (state.kind === 'wopi') {
    const lock = bounded(state.lock)
    return lock === state.lock ? state : { kind: 'wopi', lock }
  }
  if (state.kind === 'unlocked' || state.locks.every(({ expiresAt }) => expiresAt <= latest))
    return state
  return { kind: 'coauth', locks: state.locks.map(bounded) }
}

/** Whether the lock of this id is there and was taken by this user. */
export function hasTaken(state: LockState, userId: string, lockId: string): boolean {
  if (state.kind === 'unlocked') return false
  if (state.kind === 'wopi')
    return state.lock.lockId === lockId && state.lock.taken?.userId === userId
  return state.locks.some((lock) => lock.coauthLockId === lockId && lock.userId === userId)
}

/** The state that holds these coauthoring locks. */
export function coauthState(locks: readonly CoauthLock[]): LockState {
  return locks.length === 0 ? UNLOCKED : { kind: 'coauth', locks }
}

/** The one lock that is CoauthExclusive, if any. */
export function exclusiveLock(locks: readonly CoauthLock[]): CoauthLock | undefined {
  return locks.find((lock) => lock.type === 'CoauthExclusive')
}
