import { type Conflicting, refuse, visibleHolder } from './conflict.ts'
import { type LockState, type LockTaking, liveLocks, UNLOCKED, type WopiLock } from './state.ts'

/** A Lock or RefreshLock. The name that it leaves out is not kept from the lock's former life. */
export interface WopiLockRequest {
  lockId: string
  /** In ms from now. */
  lifetimeMs: number
  /** The user's name, if others may be told who holds the lock. */
  visibleName?: string | undefined
  /** The user who asks; the lock keeps the user who took it first. */
  user?: Pick<LockTaking, 'userId' | 'displayName'>
}

/** An UnlockAndRelock: a Lock that gives up another one. */
export interface RelockRequest extends WopiLockRequest {
  oldLockId: string
}

/** The new locks, or a refusal that leaves everything as it was. */
export type WopiLockOutcome = { ok: true; locks: LockState } | Conflicting

/** Lock: takes the lock, or starts its time anew when the request names the same id. */
export function lockWopi(state: LockState, request: WopiLockRequest, now: number): WopiLockOutcome {
  const held = heldLock(state, request.lockId, now)
  if (!held.ok && liveLocks(state, now).kind !== 'unlocked') return held
  return { ok: true, locks: locked(request, now, held.ok ? held.lock : undefined) }
}

/** RefreshLock: starts the time of the caller's own lock anew. */
export function refreshWopiLock(
  state: LockState,
  request: WopiLockRequest,
  now: number,
): WopiLockOutcome {
  const held = heldLock(state, request.lockId, now)
  return held.ok ? { ok: true, locks: locked(request, now, held.lock) } : held
}

/** Unlock: releases the caller's own lock. */
export function unlockWopi(state: LockState, lockId: string, now: number): WopiLockOutcome {
  const held = heldLock(state, lockId, now)
  return held.ok ? { ok: true, locks: UNLOCKED } : held
}

/** UnlockAndRelock: puts a new lock in the place of the old one, if that is held. */
export function unlockAndRelock(
  state: LockState,
  request: RelockRequest,
  now: number,
): WopiLockOutcome {
  const held = heldLock(state, request.oldLockId, now)
  return held.ok ? { ok: true, locks: locked(request, now) } : held
}

/**
 * GetLock: the id of the WOPI lock, `''` for none. Coauthoring locks have no WOPI lock id, so a
 * coauthored file is a conflict: page "GetLock" on locks that cannot be represented.
 */
export function getWopiLock(
  state: LockState,
  now: number,
): { ok: true; lockId: string } | Conflicting {
  const live = liveLocks(state, now)
  if (live.kind === 'coauth') return refuse({ reason: 'The file is being coauthored' })
  return { ok: true, lockId: live.kind === 'wopi' ? live.lock.lockId : '' }
}

function heldLock(
  state: LockState,
  lockId: string,
  now: number,
): { ok: true; lock: WopiLock } | Conflicting {
  const live = liveLocks(state, now)
  if (live.kind === 'coauth') return refuse({ reason: 'The file is being coauthored' })
  if (live.kind === 'unlocked') {
    return refuse({ reason: 'The file is not locked', currentLock: '' })
  }
  if (live.lock.lockId === lockId) return { ok: true, lock: live.lock }
  return refuse({
    reason: 'The file is locked by another lock id',
    currentLock: live.lock.lockId,
    ...visibleHolder(live.lock),
  })
}

/** @param former the same lock before */
function locked(request: WopiLockRequest, now: number, former?: WopiLock): LockState {
  const { lockId, lifetimeMs, visibleName, user } = request
  // Who took a lock that an older version has stored is not known.
  const taken = former ? former.taken : user && { ...user, at: now }
  const lock: WopiLock = { lockId, expiresAt: now + lifetimeMs }
  if (visibleName !== undefined) lock.visibleName = visibleName
  if (taken) lock.taken = taken
  return { kind: 'wopi', lock }
}
