import { ancestorsFrom, ancestorsReply } from './ancestors.ts'
import { mayBrowse } from './browsing.ts'
import { defineContainerOperation } from './operation.ts'

/** EnumerateAncestors: the containers that a container is in, the topmost first, without itself. */
export const enumerateContainerAncestors = defineContainerOperation({
  name: 'EnumerateContainerAncestors',
  route: { method: 'GET', path: '/wopi/containers/:containerId/ancestry' },
  permission: 'read',
  supported: mayBrowse,

  read: () => undefined,

  run: (_, context) => ancestorsFrom(context, context.container.parentId),

  reply: ancestorsReply,
})
