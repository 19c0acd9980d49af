import { versionOf } from '../../content/state/version.ts'
import { readWopiLock } from '../../protocol/headers.ts'
import { refreshWopiLock } from '../../protocol/locks/wopi.ts'
import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import { defineOperation } from '../shared/operation.ts'

/** RefreshLock: restarts the timeout of the caller's own lock. */
export const refreshLock = defineOperation({
  name: 'RefreshLock',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.refreshLock },
  permission: 'write',
  continues: true,

  read: ({ header }) => readWopiLock(header),

  async run({ userVisible, ...request }, { grant, changeLocks }) {
    const { userId, displayName } = grant
    const visibleName = userVisible ? displayName : undefined
    const user = { userId, displayName }
    const saved = await changeLocks((locks, now) =>
      refreshWopiLock(locks, { ...request, visibleName, user }, now),
    )
    return versionOf(saved)
  },

  reply: (version) => ({ status: 200, headers: { [HEADERS.itemVersion]: version } }),
})
