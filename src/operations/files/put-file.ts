import { putWhole } from '../../content/saving/put-whole.ts'
import { versionOf } from '../../content/state/version.ts'
import { readOptionalLockId } from '../../protocol/headers.ts'
import { readLastSeenTime, requireLastSeen } from '../../protocol/last-seen-time.ts'
import { decodeLocks } from '../../protocol/locks/state.ts'
import { checkPutFile } from '../../protocol/locks/writing.ts'
import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import { roundTripTime } from '../../protocol/round-trip-time.ts'
import { readSaveCause } from '../../protocol/save-cause.ts'
import { requireLock } from '../shared/locking.ts'
import { defineOperation } from '../shared/operation.ts'
import { guardedSize } from '../shared/unlocked-saves.ts'

/** PutFile: replaces the whole content by the body. */
export const putFile = defineOperation({
  name: 'PutFile',
  route: { method: 'POST', path: '/wopi/files/:fileId/contents', override: OVERRIDES.put },
  permission: 'write',
  adds: true,

  read: ({ header, contentLength, body }) => ({
    lockId: readOptionalLockId(header),
    lastSeen: readLastSeenTime(header),
    causeIf: (proven: boolean) => readSaveCause(header, proven),
    contentLength,
    body,
  }),

  run({ lockId, lastSeen, causeIf, contentLength, body }, context) {
    const { services, file, grant, now, proven, signal, share } = context
    const cause = causeIf(proven)
    // Collabora gives its lock back before its last save; the time that it has seen stands in for it.
    const isLast = cause?.isExitSave === true && lastSeen !== undefined
    return putWhole(
      services,
      { document: file, now },
      {
        userId: grant.userId,
        contentLength,
        body,
        signal,
        cause,
        share,
        async check(document, now) {
          const locks = decodeLocks(document.locks)
          const size = isLast ? 0 : await guardedSize(context, { locks, size: document.size }, now)
          const lock = requireLock(checkPutFile(locks, { lockId, size }, now))
          requireLastSeen(lastSeen, document.modifiedAt)
          return lock
        },
      },
    )
  },

  /** The body is for clients of Collabora's kind, which save against the time they saw last. */
  reply: (saved) => ({
    status: 200,
    headers: { [HEADERS.itemVersion]: versionOf(saved), 'Content-Type': 'application/json' },
    body: new TextEncoder().encode(
      JSON.stringify({ LastModifiedTime: roundTripTime(saved.modifiedAt) }),
    ),
  }),
})
