import { readCoauthLockId, readCoauthMetadata, readCoauthTimeout } from '../../protocol/headers.ts'
import { refreshCoauthLock as refresh } from '../../protocol/locks/coauth.ts'
import { OVERRIDES } from '../../protocol/names.ts'
import { defineOperation } from '../shared/operation.ts'
import { readMetadataBody } from './coauth-metadata.ts'
import { coauthTableReply, versionedTable } from './coauth-table.ts'

/** RefreshCoauthLock: restarts the timeout of a coauthoring lock. */
export const refreshCoauthLock = defineOperation({
  name: 'RefreshCoauthLock',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.refreshCoauthLock },
  permission: 'write',
  continues: true,

  read: ({ header, body }) => ({
    coauthLockId: readCoauthLockId(header),
    lifetimeMs: readCoauthTimeout(header),
    metadataHeader: readCoauthMetadata(header),
    body,
  }),

  async run({ metadataHeader, body, ...request }, { file, changeLocks }) {
    const metadata = (await readMetadataBody(body)) ?? metadataHeader
    const { table } = await changeLocks((locks, now) =>
      refresh(locks, { ...request, metadata }, now),
    )
    return versionedTable(file.fileId, table)
  },

  reply: coauthTableReply,
})
