import { getCoauthTable as tableOf } from '../../protocol/locks/coauth.ts'
import { decodeLocks } from '../../protocol/locks/state.ts'
import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import { requireLock } from '../shared/locking.ts'
import { defineOperation } from '../shared/operation.ts'
import { coauthTableReply, versionedTable } from './coauth-table.ts'

/** GetCoauthTable: the live coauthoring locks, or just their version if the client has that one. */
export const getCoauthTable = defineOperation({
  name: 'GetCoauthTable',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.getCoauthTable },
  permission: 'read',
  continues: true,

  read: ({ header }) => ({ knownVersion: header(HEADERS.coauthTableVersion) }),

  async run({ knownVersion }, { file, now }) {
    const { table } = requireLock(tableOf(decodeLocks(file.locks), now))
    return { knownVersion, ...versionedTable(file.fileId, table) }
  },

  reply: ({ knownVersion, ...current }) =>
    knownVersion === current.version
      ? { status: 200, headers: { [HEADERS.coauthTableVersion]: current.version } }
      : coauthTableReply(current),
})
