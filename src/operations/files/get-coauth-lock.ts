import {
  readCoauthLockId,
  readCoauthLockType,
  readCoauthMetadata,
  readCoauthTimeout,
} from '../../protocol/headers.ts'
import { getCoauthLock as takeCoauthLock } from '../../protocol/locks/coauth.ts'
import { OVERRIDES } from '../../protocol/names.ts'
import { defineOperation } from '../shared/operation.ts'
import { readMetadataBody } from './coauth-metadata.ts'
import { coauthTableReply, versionedTable } from './coauth-table.ts'

/** GetCoauthLock: takes a coauthoring lock, refreshes it, or switches its type. */
export const getCoauthLock = defineOperation({
  name: 'GetCoauthLock',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.getCoauthLock },
  permission: 'write',
  adds: true,

  read: ({ header, body }) => ({
    coauthLockId: readCoauthLockId(header),
    type: readCoauthLockType(header),
    lifetimeMs: readCoauthTimeout(header),
    metadataHeader: readCoauthMetadata(header),
    body,
  }),

  async run({ metadataHeader, body, ...request }, { file, grant, changeLocks }) {
    const metadata = (await readMetadataBody(body)) ?? metadataHeader ?? ''
    const { userId, displayName: userFriendlyName } = grant
    const { table } = await changeLocks((locks, now) =>
      takeCoauthLock(locks, { ...request, metadata, userFriendlyName, userId }, now),
    )
    return versionedTable(file.fileId, table)
  },

  reply: coauthTableReply,
})
