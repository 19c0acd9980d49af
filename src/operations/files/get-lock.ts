import { versionOf } from '../../content/state/version.ts'
import { boundedLocks, decodeLocks } from '../../protocol/locks/state.ts'
import { getWopiLock } from '../../protocol/locks/wopi.ts'
import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import { requireLock } from '../shared/locking.ts'
import { defineOperation } from '../shared/operation.ts'

/** GetLock: tells the file's lock; the empty string means that it has none. */
export const getLock = defineOperation({
  name: 'GetLock',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.getLock },
  permission: 'read',
  continues: true,

  read: () => ({}),

  async run(_, { file, now, changeLocks }) {
    const stored = decodeLocks(file.locks)
    const locks = boundedLocks(stored, now)
    // Kept, or it would end a lifetime after whenever somebody asks.
    if (locks !== stored) await changeLocks((present) => ({ ok: true, locks: present }))
    return { lockId: requireLock(getWopiLock(locks, now)).lockId, version: versionOf(file) }
  },

  reply: ({ lockId, version }) => ({
    status: 200,
    headers: { [HEADERS.lock]: lockId, [HEADERS.itemVersion]: version },
  }),
})
