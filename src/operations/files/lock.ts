import { versionOf } from '../../content/state/version.ts'
import { readWopiLock } from '../../protocol/headers.ts'
import { lockWopi } from '../../protocol/locks/wopi.ts'
import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import { defineOperation } from '../shared/operation.ts'

/** Lock: takes the file's lock, or restarts the timeout of the caller's own lock. */
export const lock = defineOperation({
  name: 'Lock',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.lock },
  permission: 'write',

  read: ({ header }) => readWopiLock(header),

  async run({ userVisible, ...request }, { grant, changeLocks }) {
    const { userId, displayName } = grant
    const visibleName = userVisible ? displayName : undefined
    const user = { userId, displayName }
    const saved = await changeLocks((locks, now) =>
      lockWopi(locks, { ...request, visibleName, user }, now),
    )
    return versionOf(saved)
  },

  reply: (version) => ({ status: 200, headers: { [HEADERS.itemVersion]: version } }),
})
