import { ancestorsFrom, ancestorsReply } from '../shared/ancestors.ts'
import { mayBrowse } from '../shared/browsing.ts'
import { defineContainerOperation } from '../shared/operation.ts'

/** EnumerateAncestors: the containers that a container is in, the root first, without itself. */
export const enumerateContainerAncestors = defineContainerOperation({
  name: 'EnumerateContainerAncestors',
  route: { method: 'GET', path: '/wopi/containers/:containerId/ancestry' },
  permission: 'read',
  supported: mayBrowse,

  read: () => undefined,

  run: (_, context) => ancestorsFrom(context, context.container.parentId),

  reply: ancestorsReply,
})
