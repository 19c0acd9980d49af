import type { PresentedLock } from '../headers.ts'
import { type Conflicting, refuse } from './conflict.ts'
import {
  type CoauthLock,
  exclusiveLock,
  type LockState,
  liveLocks,
  type WopiLock,
} from './state.ts'

/** A write may go on, or not. */
export type WriteOutcome =
  | {
      ok: true
      /** When the lock that allows the write runs out, in ms since 1970 UTC. */
      validBefore?: number
    }
  | Conflicting

/**
 * PutFile: only under the WOPI lock, or into an empty file that is not locked. Coauthoring locks
 * never allow it.
 */
export function checkPutFile(
  state: LockState,
  request: { lockId?: string | undefined /** In bytes. */; size: number },
  now: number,
): WriteOutcome {
  const live = liveLocks(state, now)
  if (live.kind === 'unlocked') return checkUnlocked(request.size)
  if (live.kind === 'coauth') return refuse({ reason: 'The file is being coauthored' })
  return checkWopiLock(live.lock, request.lockId)
}

/**
 * PutChunkedFile: under the WOPI lock; under any coauthoring lock, or only the exclusive one if
 * there is one; or into an empty file that is not locked. Page "put-chunked-file".
 */
export function checkPutChunkedFile(
  state: LockState,
  request: { lock?: PresentedLock | undefined /** In bytes. */; size: number },
  now: number,
): WriteOutcome {
  const live = liveLocks(state, now)
  if (live.kind === 'unlocked') return checkUnlocked(request.size)
  const { lock } = request
  if (live.kind === 'coauth') {
    return checkCoauthLocks(live.locks, lock?.kind === 'coauth' ? lock.lockId : undefined)
  }
  const checked = checkWopiLock(live.lock, lock?.kind === 'wopi' ? lock.lockId : undefined)
  return checked.ok ? checked : refuse({ ...checked.conflict, mechanism: 'WOPI-Lock' })
}

/**
 * RenameFile: a file that is not locked, under its WOPI lock, or under any of its coauthoring locks.
 * Page "rename-file-plus" asks for a valid lock of that kind, not for the exclusive one.
 */
export function checkRenameFile(
  state: LockState,
  { lock }: { lock?: PresentedLock | undefined },
  now: number,
): WriteOutcome {
  const live = liveLocks(state, now)
  if (live.kind === 'unlocked') return { ok: true }
  if (live.kind === 'wopi')
    return checkWopiLock(live.lock, lock?.kind === 'wopi' ? lock.lockId : undefined)
  const own = live.locks.find(
    ({ coauthLockId }) => lock?.kind === 'coauth' && coauthLockId === lock.lockId,
  )
  return own
    ? { ok: true, validBefore: own.expiresAt }
    : refuse({ reason: 'The file is being coauthored' })
}

/** DeleteFile: only a file that is not locked. */
export function checkDeleteFile(state: LockState, now: number): WriteOutcome {
  return checkRenameFile(state, {}, now)
}

function checkUnlocked(size: number): WriteOutcome {
  if (size === 0) return { ok: true }
  return refuse({ reason: 'The file is not locked and not empty', currentLock: '' })
}

function checkWopiLock(held: WopiLock, lockId: string | undefined): WriteOutcome {
  if (lockId === held.lockId) return { ok: true, validBefore: held.expiresAt }
  return refuse({ reason: 'The file is locked by another lock id', currentLock: held.lockId })
}

function checkCoauthLocks(
  locks: readonly CoauthLock[],
  coauthLockId: string | undefined,
): WriteOutcome {
  const exclusive = exclusiveLock(locks)
  const allowed = exclusive === undefined ? locks : [exclusive]
  const own = allowed.find((lock) => lock.coauthLockId === coauthLockId)
  if (own !== undefined) return { ok: true, validBefore: own.expiresAt }
  if (exclusive === undefined) return refuse({ reason: 'No coauthoring lock has this id' })
  return refuse({
    reason: 'Another coauthoring lock is exclusive',
    mechanism: 'WOPI-CoauthExclusiveLock',
  })
}
