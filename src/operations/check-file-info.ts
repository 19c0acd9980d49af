import { checkFileInfoProperties } from '../protocol/check-file-info.ts'
import { extensionOf, isCoauthored } from './features.ts'
import { itemVersion } from './item-version.ts'
import { defineOperation } from './operation.ts'

const UTF8 = new TextEncoder()

/** CheckFileInfo: what the file is, what this host can do with it, and what the user may do. */
export const checkFileInfo = defineOperation({
  name: 'CheckFileInfo',
  route: { method: 'GET', path: '/wopi/files/:fileId' },
  permission: 'read',

  read: () => ({}),

  run: async (_, { file, features, grant, now }) =>
    checkFileInfoProperties({
      name: file.name,
      extension: extensionOf(file.name),
      ownerId: file.ownerId,
      size: file.size,
      version: itemVersion(file),
      modifiedAt: file.modifiedAt,
      userId: grant.userId,
      userFriendlyName: grant.displayName,
      canWrite: grant.permissions.has('write'),
      uploadSessions: features.uploadSessions,
      coauth:
        features.coauth && isCoauthored(features, file)
          ? {
              ...features.coauth,
              sequenceNumber: file.sequenceNumber,
              accessTokenExpiry: grant.expiresAt,
              serverTime: now,
            }
          : undefined,
    }),

  reply: (properties) => ({
    status: 200,
    headers: { 'Content-Type': 'application/json' },
    body: UTF8.encode(JSON.stringify(properties)),
  }),
})
