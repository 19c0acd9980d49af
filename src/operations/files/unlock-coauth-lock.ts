import { readCoauthLockId, readOptionalCoauthLockId } from '../../protocol/headers.ts'
import { unlockCoauthLock as release } from '../../protocol/locks/coauth.ts'
import { OVERRIDES } from '../../protocol/names.ts'
import { defineOperation } from '../shared/operation.ts'

/** UnlockCoauthLock: releases one coauthoring lock; the others stay in force. */
export const unlockCoauthLock = defineOperation({
  name: 'UnlockCoauthLock',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.unlockCoauthLock },
  permission: 'write',
  continues: true,
  ownLock: ({ header }) => readOptionalCoauthLockId(header),

  read: ({ header }) => ({ coauthLockId: readCoauthLockId(header) }),

  run: ({ coauthLockId }, { changeLocks }) =>
    changeLocks((locks, now) => release(locks, coauthLockId, now)),

  reply: () => ({ status: 200, headers: {} }),
})
