import { mayBrowse } from '../shared/browsing.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { defineEcosystemOperation } from '../shared/operation.ts'
import { rootContainerInfo } from '../shared/root-container.ts'

/** GetRootContainer: where the user's root container is. */
export const getRootContainer = defineEcosystemOperation({
  name: 'GetRootContainer',
  route: { method: 'GET', path: '/wopi/ecosystem/root_container_pointer' },
  permission: 'browse',
  supported: mayBrowse,

  read: () => undefined,

  run: (_, context) => rootContainerInfo(context, context.grant),

  reply: jsonReply,
})
