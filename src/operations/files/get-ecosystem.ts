import { mayBrowse, requireAddress } from '../shared/browsing.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { defineOperation } from '../shared/operation.ts'

/** GetEcosystem: where the ecosystem of the file's user is. */
export const getEcosystem = defineOperation({
  name: 'GetEcosystem',
  route: { method: 'GET', path: '/wopi/files/:fileId/ecosystem_pointer' },
  permission: 'read',
  supported: mayBrowse,

  read: () => undefined,

  run: (_, context) => requireAddress(context, {}),

  reply: (url) => jsonReply({ Url: url }),
})
