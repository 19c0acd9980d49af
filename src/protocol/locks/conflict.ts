import { WopiError } from '../errors.ts'
import { conflictingUsernameHeader, headerValue } from '../headers.ts'
import { HEADERS } from '../names.ts'
import type { WopiLock } from './state.ts'

/** Why a request does not fit the locks of its file, and what the client is told about them. */
export interface LockConflict {
  /** Words for logs. */
  reason: string
  /** Value of `X-WOPI-Lock`; the empty string says that the file has no WOPI lock. */
  currentLock?: string
  /** Value of `X-WOPI-ConflictingMechanism`. */
  mechanism?: 'WOPI-Lock' | 'WOPI-CoauthExclusiveLock'
  /** Who holds the WOPI lock, if others may be told. */
  username?: string
}

/** A refusal by the lock rules. */
export interface Conflicting {
  ok: false
  conflict: LockConflict
}

/**
 * The 409 that tells a client about a conflict, with the headers that its operation asks for. While
 * a file is coauthored `X-WOPI-Lock` is left out of every answer: page "locks-about".
 */
export function lockConflictError(conflict: LockConflict): WopiError {
  const headers: Record<string, string> = {
    [HEADERS.lockFailureReason]: headerValue(conflict.reason),
  }
  if (conflict.currentLock !== undefined) headers[HEADERS.lock] = conflict.currentLock
  if (conflict.mechanism !== undefined) headers[HEADERS.conflictingMechanism] = conflict.mechanism
  if (conflict.username !== undefined) {
    headers[HEADERS.conflictingLockUsername] = conflictingUsernameHeader(conflict.username)
  }
  return new WopiError('LOCK_CONFLICT', { detail: conflict.reason, headers })
}

export function refuse(conflict: LockConflict): Conflicting {
  return { ok: false, conflict }
}

/** The member `username` of a conflict with this WOPI lock. */
export function visibleHolder(lock: WopiLock): { username?: string } {
  return lock.visibleName === undefined ? {} : { username: lock.visibleName }
}
