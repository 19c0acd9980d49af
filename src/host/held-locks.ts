import type { DocumentRecord } from '../ports/metadata/documents.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import {
  coauthState,
  decodeLocks,
  encodeLocks,
  type LockState,
  liveLocks,
  UNLOCKED,
} from '../protocol/locks/state.ts'

/** A live lock of a document. */
export interface HeldLock {
  fileId: string
  /** File name of the document, with extension. */
  name: string
  kind: 'WOPI' | 'Coauth' | 'CoauthExclusive'
  /** The id that the client chose. */
  lockId: string
  /** The user who took it; left out when an older version of wopikit stored the lock. */
  userId?: string
  /** The name of that user, if known. */
  displayName?: string
  /** Time since it was taken, in ms; left out when an older version of wopikit stored the lock. */
  ageMs?: number
  /** Time until it expires unless a client refreshes it, in ms. */
  remainingMs: number
}

/** Selects the locks that match every given property. */
export interface LockFilter {
  fileId?: string
  /** The user who took the lock. */
  userId?: string
  lockId?: string
}

/** Documents per page; few of them have locks. */
const PAGE = 500

/**
 * Lists the live locks in the order of their documents. Without `fileId` it reads every document.
 */
export async function listHeldLocks(
  metadata: MetadataStore,
  filter: LockFilter = {},
): Promise<HeldLock[]> {
  const held: HeldLock[] = []
  for await (const fileId of lockedFiles(metadata, filter)) {
    const found = await metadata.readDocument(fileId)
    if (found) held.push(...heldLocks(found.document, found.now).filter(matching(filter)))
  }
  return held
}

/**
 * Releases the live locks that match, whoever holds them. Their clients notice at their next
 * request. Locks that clients take meanwhile may stay.
 *
 * @returns the released locks
 * @throws TypeError when the filter is empty, since it would match all locks
 */
export async function releaseHeldLocks(
  metadata: MetadataStore,
  filter: LockFilter,
): Promise<HeldLock[]> {
  if (Object.values(filter).every((value) => value === undefined))
    throw new TypeError('releaseLocks needs at least one of fileId, userId and lockId')
  const released: HeldLock[] = []
  for await (const fileId of lockedFiles(metadata, filter))
    released.push(...(await releaseOf(metadata, fileId, filter)))
  return released
}

/** Tries again when another request has changed the locks meanwhile. */
async function releaseOf(
  metadata: MetadataStore,
  fileId: string,
  filter: LockFilter,
): Promise<HeldLock[]> {
  for (;;) {
    const found = await metadata.readDocument(fileId)
    if (!found) return []
    const { document, now } = found
    const matches = matching(filter)
    const released = heldLocks(document, now).filter(matches)
    if (released.length === 0) return []
    const ids = new Set(released.map(({ lockId }) => lockId))
    const locks = encodeLocks(without(ids, liveLocks(decodeLocks(document.locks), now)))
    if ((await metadata.replaceLocks(document.key, document.lockVersion, locks)).ok) return released
  }
}

function without(ids: ReadonlySet<string>, state: LockState): LockState {
  if (state.kind !== 'coauth') return UNLOCKED
  return coauthState(state.locks.filter(({ coauthLockId }) => !ids.has(coauthLockId)))
}

async function* lockedFiles(
  metadata: MetadataStore,
  { fileId }: LockFilter,
): AsyncGenerator<string> {
  if (fileId !== undefined) return yield fileId
  for (let after: string | undefined; ; ) {
    const page = await metadata.listDocuments({
      limit: PAGE,
      ...(after !== undefined && { after }),
    })
    for (const document of page) if (document.locks !== null) yield document.fileId
    after = page.at(-1)?.fileId
    if (page.length < PAGE) return
  }
}

function heldLocks({ fileId, name, locks }: DocumentRecord, now: number): HeldLock[] {
  const state = liveLocks(decodeLocks(locks), now)
  if (state.kind === 'unlocked') return []
  if (state.kind === 'coauth')
    return state.locks.map((lock) => ({
      fileId,
      name,
      kind: lock.type,
      lockId: lock.coauthLockId,
      ...(lock.userId !== undefined && { userId: lock.userId }),
      displayName: lock.userFriendlyName,
      ageMs: now - lock.lockTime,
      remainingMs: lock.expiresAt - now,
    }))
  const { lockId, expiresAt, taken, visibleName } = state.lock
  const displayName = taken?.displayName ?? visibleName
  return [
    {
      fileId,
      name,
      kind: 'WOPI',
      lockId,
      ...(displayName !== undefined && { displayName }),
      ...(taken && { userId: taken.userId, ageMs: now - taken.at }),
      remainingMs: expiresAt - now,
    },
  ]
}

function matching({ userId, lockId }: LockFilter): (lock: HeldLock) => boolean {
  return (lock) =>
    (userId === undefined || lock.userId === userId) &&
    (lockId === undefined || lock.lockId === lockId)
}
