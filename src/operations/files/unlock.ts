import { versionOf } from '../../content/state/version.ts'
import { readLockId, readOptionalLockId } from '../../protocol/headers.ts'
import { unlockWopi } from '../../protocol/locks/wopi.ts'
import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import { defineOperation } from '../shared/operation.ts'

/** Unlock: releases the caller's own lock. */
export const unlock = defineOperation({
  name: 'Unlock',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.unlock },
  permission: 'write',
  continues: true,
  ownLock: ({ header }) => readOptionalLockId(header),

  read: ({ header }) => ({ lockId: readLockId(header) }),

  async run({ lockId }, { changeLocks }) {
    const saved = await changeLocks((locks, now) => unlockWopi(locks, lockId, now))
    return versionOf(saved)
  },

  reply: (version) => ({ status: 200, headers: { [HEADERS.itemVersion]: version } }),
})
