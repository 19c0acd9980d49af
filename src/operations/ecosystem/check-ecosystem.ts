import { mayBrowse } from '../shared/browsing.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { defineEcosystemOperation } from '../shared/operation.ts'

/** CheckEcosystem: whether there are containers; says the same as CheckFileInfo. */
export const checkEcosystem = defineEcosystemOperation({
  name: 'CheckEcosystem',
  route: { method: 'GET', path: '/wopi/ecosystem' },
  permission: 'browse',

  read: () => undefined,

  run: async (_, context) => ({ SupportsContainers: mayBrowse(context) }),

  reply: jsonReply,
})
