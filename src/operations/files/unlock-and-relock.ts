import { versionOf } from '../../content/state/version.ts'
import { readOldLock, readWopiLock } from '../../protocol/headers.ts'
import { unlockAndRelock as relock } from '../../protocol/locks/wopi.ts'
import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import { defineOperation } from '../shared/operation.ts'

/** UnlockAndRelock: replaces the caller's own lock by a new one, atomically. */
export const unlockAndRelock = defineOperation({
  name: 'UnlockAndRelock',
  route: {
    method: 'POST',
    path: '/wopi/files/:fileId',
    override: OVERRIDES.lock,
    withHeader: HEADERS.oldLock,
  },
  permission: 'write',
  continues: true,

  read: ({ header }) => ({
    oldLockId: readOldLock(header) ?? '',
    ...readWopiLock(header),
  }),

  async run({ userVisible, ...request }, { grant, changeLocks }) {
    const { userId, displayName } = grant
    const visibleName = userVisible ? displayName : undefined
    const user = { userId, displayName }
    const saved = await changeLocks((locks, now) =>
      relock(locks, { ...request, visibleName, user }, now),
    )
    return versionOf(saved)
  },

  reply: (version) => ({ status: 200, headers: { [HEADERS.itemVersion]: version } }),
})
