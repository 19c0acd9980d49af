import { createUploadSession as create } from '../../content/saving/upload-session.ts'
import { OVERRIDES } from '../../protocol/names.ts'
import { encodeCreateUploadSessionResponse } from '../../protocol/upload-messages.ts'
import { defineOperation } from '../shared/operation.ts'

/**
 * CreateUploadSession: opens a session in which a client sends Chunk frames in several requests.
 * Beside the token the answer tells when the session expires, which the page promises in words.
 */
export const createUploadSession = defineOperation({
  name: 'CreateUploadSession',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.createUploadSession },
  permission: 'write',
  adds: true,
  supported: ({ features }) => features.uploadSessions,

  read: () => ({}),

  run: (_, { services, file, grant }) => create(services, file, grant.userId),

  reply: ({ token, expiresAt }) => ({
    status: 200,
    headers: { 'Content-Type': 'application/json' },
    body: encodeCreateUploadSessionResponse({
      uploadSessionToken: token,
      uploadSessionExpiry: expiresAt,
    }),
  }),
})
