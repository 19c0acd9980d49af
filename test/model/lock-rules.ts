import { type CoauthRequest, type LockRequest, type Reply, reply } from './messages.ts'
import { lockLifetime, type World } from './world.ts'

/** Lock, RefreshLock, Unlock, UnlockAndRelock and GetLock (pages of the core, and "wopi-locks"). */
export function applyLock(world: World, request: LockRequest): Reply {
  if (isCoauthored(world)) return reply(409)
  const { op, lockId, oldLockId } = request
  const held = world.wopiLock
  if (op === 'GetLock') return reply(200, { 'X-WOPI-Lock': held?.lockId ?? '', ...version(world) })

  const named = op === 'UnlockAndRelock' ? oldLockId : lockId
  const mayTake = op === 'Lock' && !held
  if (!mayTake && held?.lockId !== named)
    return reply(409, { 'X-WOPI-Lock': held?.lockId ?? '', ...holderName(world) })

  world.wopiLock = undefined
  if (op !== 'Unlock')
    world.wopiLock = {
      lockId,
      expiresAt: world.now + lockLifetime(request.timeout),
      ...(request.userVisible && { visibleName: displayName(request.user) }),
    }
  return reply(200, version(world))
}

/** GetCoauthLock, RefreshCoauthLock, UnlockCoauthLock and GetCoauthTable. */
export function applyCoauth(world: World, request: CoauthRequest): Reply {
  if (world.wopiLock) return reply(409, holderName(world))
  const { op, coauthLockId, type, metadata = '' } = request
  const held = world.coauthLocks[coauthLockId]
  const expiresAt = world.now + lockLifetime(request.timeout)

  if (op === 'GetCoauthTable') {
    const table = coauthTable(world)
    return reply(200, {}, { table, sent: table !== request.knownTable })
  }
  if (op === 'GetCoauthLock') {
    const exclusive = exclusiveId(world)
    if (type === 'CoauthExclusive' && exclusive !== undefined && exclusive !== coauthLockId)
      return reply(409)
    const { userName, lockTime } = held ?? {
      userName: displayName(request.user),
      lockTime: world.now,
    }
    world.coauthLocks[coauthLockId] = { type, metadata, userName, lockTime, expiresAt }
    return reply(200, {}, { table: coauthTable(world), sent: true })
  }
  if (!held) return reply(409)
  if (op === 'UnlockCoauthLock') {
    delete world.coauthLocks[coauthLockId]
    return reply(200)
  }
  held.expiresAt = expiresAt
  held.metadata = metadata || held.metadata
  return reply(200, {}, { table: coauthTable(world), sent: true })
}

/** The rows that clients see, in the order of their ids, as one text. */
export function coauthTable({ coauthLocks }: World): string {
  const rows = Object.entries(coauthLocks).sort(([a], [b]) => (a < b ? -1 : 1))
  return tableText(
    rows.map(([id, { type, metadata, userName, lockTime }]) => ({
      CoauthLockId: id,
      CoauthLockMetadata: metadata,
      CoauthLockType: type,
      UserFriendlyName: userName,
      CoauthLockTime: lockTime,
    })),
  )
}

/** Rows as one text, whatever the order of their members. */
export function tableText(rows: readonly object[]): string {
  return JSON.stringify(rows.map((row) => Object.entries(row).sort()))
}

/**
 * What PutFile and PutChunkedFile are refused with, as long as the locks are what they are:
 * "locks-about" and the table of "put-chunked-file".
 */
export function refuseWrite(
  world: World,
  request: { op: string; lockId?: string | undefined; coauthLockId?: string | undefined },
  size: number,
): Reply | undefined {
  const { wopiLock, coauthLocks } = world
  const chunked = request.op === 'PutChunkedFile'
  if (wopiLock) {
    if (request.lockId === wopiLock.lockId) return undefined
    const mechanism = chunked && ({ 'X-WOPI-ConflictingMechanism': 'WOPI-Lock' } as const)
    return reply(409, { 'X-WOPI-Lock': wopiLock.lockId, ...mechanism })
  }
  if (!isCoauthored(world)) return size === 0 ? undefined : reply(409, { 'X-WOPI-Lock': '' })
  if (!chunked) return reply(409)

  const { coauthLockId } = request
  const exclusive = exclusiveId(world)
  if (exclusive !== undefined && exclusive !== coauthLockId)
    return reply(409, { 'X-WOPI-ConflictingMechanism': 'WOPI-CoauthExclusiveLock' })
  return coauthLockId !== undefined && coauthLocks[coauthLockId] ? undefined : reply(409)
}

export function exclusiveId({ coauthLocks }: World): string | undefined {
  return Object.keys(coauthLocks).find((id) => coauthLocks[id]?.type === 'CoauthExclusive')
}

/** This host's versions are spelled as its sequence numbers. */
export function version({ sequenceNumber }: World) {
  return { 'X-WOPI-ItemVersion': String(sequenceNumber) }
}

function isCoauthored({ coauthLocks }: World): boolean {
  return Object.keys(coauthLocks).length > 0
}

function holderName({ wopiLock }: World): Reply['headers'] {
  const name = wopiLock?.visibleName
  return name === undefined ? {} : { 'X-WOPI-ConflictingLockUsername': name }
}

function displayName(user: string): string {
  return user.charAt(0).toUpperCase() + user.slice(1)
}
