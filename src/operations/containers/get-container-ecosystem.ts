import { mayBrowse, requireAddress } from '../shared/browsing.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { defineContainerOperation } from '../shared/operation.ts'

/** GetEcosystem: where the ecosystem of the container's user is. */
export const getContainerEcosystem = defineContainerOperation({
  name: 'GetContainerEcosystem',
  route: { method: 'GET', path: '/wopi/containers/:containerId/ecosystem_pointer' },
  permission: 'read',
  supported: mayBrowse,

  read: () => undefined,

  run: (_, context) => requireAddress(context, {}),

  reply: (url) => jsonReply({ Url: url }),
})
