import type { CoauthLockType } from '../headers.ts'
import { COAUTH_LOCKS_MAX, COAUTH_TABLE_METADATA_MAX_BYTES } from '../names.ts'
import { hashBytes } from '../spooky/spooky.ts'
import { type Conflicting, refuse, visibleHolder } from './conflict.ts'
import {
  type CoauthLock,
  type CoauthTableRow,
  coauthState,
  exclusiveLock,
  type LockState,
  liveLocks,
} from './state.ts'

const encoder = new TextEncoder()

/** A GetCoauthLock. */
export interface CoauthLockRequest {
  coauthLockId: string
  type: CoauthLockType
  /** In ms from now. */
  lifetimeMs: number
  /** Replaces what the lock had, also when it is empty. */
  metadata: string
  /** Of the acting user; kept only if the lock is new. */
  userFriendlyName: string
  /** The acting user; kept only if the lock is new. */
  userId?: string
}

/** A RefreshCoauthLock. */
export interface CoauthRefreshRequest {
  coauthLockId: string
  /** In ms from now. */
  lifetimeMs: number
  /** Left out or empty: as it was. */
  metadata?: string | undefined
}

/** The new locks and the rows that they make, or a refusal that leaves everything as it was. */
export type CoauthOutcome =
  | { ok: true; locks: LockState; table: readonly CoauthTableRow[] }
  | Conflicting

/**
 * GetCoauthLock: takes a coauthoring lock, refreshes it, or switches its type. A refused switch
 * leaves the lock as it was. One file has at most one CoauthExclusive lock and, so that its row in
 * the store stays small, at most `COAUTH_LOCKS_MAX` locks and `COAUTH_TABLE_METADATA_MAX_BYTES` of
 * metadata: more is a conflict like any other.
 */
export function getCoauthLock(
  state: LockState,
  request: CoauthLockRequest,
  now: number,
): CoauthOutcome {
  const held = coauthLocks(state, now)
  if (!held.ok) return held
  const { coauthLockId, type, metadata, lifetimeMs } = request
  const own = held.locks.find((lock) => lock.coauthLockId === coauthLockId)
  const exclusive = exclusiveLock(held.locks)
  if (type === 'CoauthExclusive' && exclusive !== undefined && exclusive !== own) {
    return refuse({ reason: 'Another coauthoring lock is exclusive' })
  }
  if (own === undefined && held.locks.length >= COAUTH_LOCKS_MAX) {
    return refuse({
      reason: `The file already has ${COAUTH_LOCKS_MAX} coauthoring locks, the most allowed`,
    })
  }
  const userId = own ? own.userId : request.userId
  return replaced(held.locks, {
    ...(userId !== undefined && { userId }),
    coauthLockId,
    type,
    metadata,
    userFriendlyName: own?.userFriendlyName ?? request.userFriendlyName,
    lockTime: own?.lockTime ?? now,
    expiresAt: now + lifetimeMs,
  })
}

/** RefreshCoauthLock: starts the time of a lock anew, which may shorten it. */
export function refreshCoauthLock(
  state: LockState,
  { coauthLockId, lifetimeMs, metadata }: CoauthRefreshRequest,
  now: number,
): CoauthOutcome {
  const held = ownCoauthLock(state, coauthLockId, now)
  if (!held.ok) return held
  return replaced(held.locks, {
    ...held.own,
    metadata: metadata || held.own.metadata,
    expiresAt: now + lifetimeMs,
  })
}

/** UnlockCoauthLock: releases one lock; the others stay in force. */
export function unlockCoauthLock(
  state: LockState,
  coauthLockId: string,
  now: number,
): CoauthOutcome {
  const held = ownCoauthLock(state, coauthLockId, now)
  if (!held.ok) return held
  return outcome(held.locks.filter((lock) => lock !== held.own))
}

/** GetCoauthTable: the coauthoring locks in the order of their id; a WOPI lock is a conflict. */
export function getCoauthTable(
  state: LockState,
  now: number,
): { ok: true; table: readonly CoauthTableRow[] } | Conflicting {
  const held = coauthLocks(state, now)
  return held.ok ? { ok: true, table: sortedRows(held.locks) } : held
}

/**
 * Value of `X-WOPI-CoauthTableVersion`: a hash of everything that the table shows, so it changes
 * with every visible change, an expiry included, and with nothing else.
 */
export function coauthTableVersion(fileId: string, table: readonly CoauthTableRow[]): string {
  const shown = sortedRows(table).map((row) => [
    row.coauthLockId,
    row.type,
    row.metadata,
    row.userFriendlyName,
    row.lockTime,
  ])
  const hash = hashBytes(encoder.encode(JSON.stringify([fileId, shown])))
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function coauthLocks(
  state: LockState,
  now: number,
): { ok: true; locks: readonly CoauthLock[] } | Conflicting {
  const live = liveLocks(state, now)
  if (live.kind === 'wopi') {
    return refuse({ reason: 'The file has a WOPI lock', ...visibleHolder(live.lock) })
  }
  return { ok: true, locks: live.kind === 'coauth' ? live.locks : [] }
}

function ownCoauthLock(
  state: LockState,
  coauthLockId: string,
  now: number,
): { ok: true; locks: readonly CoauthLock[]; own: CoauthLock } | Conflicting {
  const held = coauthLocks(state, now)
  if (!held.ok) return held
  const own = held.locks.find((lock) => lock.coauthLockId === coauthLockId)
  if (own !== undefined) return { ok: true, locks: held.locks, own }
  return refuse({ reason: 'The coauthoring lock does not exist; it may have expired' })
}

function replaced(locks: readonly CoauthLock[], lock: CoauthLock): CoauthOutcome {
  const others = locks.filter(({ coauthLockId }) => coauthLockId !== lock.coauthLockId)
  const former = locks.find(({ coauthLockId }) => coauthLockId === lock.coauthLockId)
  const grows = lock.metadata.length > (former?.metadata.length ?? 0)
  if (grows && metadataBytes([...others, lock]) > COAUTH_TABLE_METADATA_MAX_BYTES)
    return refuse({
      reason: `The coauthoring locks have ${COAUTH_TABLE_METADATA_MAX_BYTES} bytes of metadata already`,
    })
  return outcome([...others, lock])
}

function metadataBytes(locks: readonly CoauthLock[]): number {
  return locks.reduce((sum, { metadata }) => sum + encoder.encode(metadata).length, 0)
}

function outcome(locks: readonly CoauthLock[]): CoauthOutcome {
  return { ok: true, locks: coauthState(locks), table: sortedRows(locks) }
}

function sortedRows<Row extends CoauthTableRow>(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => (a.coauthLockId < b.coauthLockId ? -1 : 1))
}
