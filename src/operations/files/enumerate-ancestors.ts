import { ancestorsFrom, ancestorsReply } from '../shared/ancestors.ts'
import { mayBrowse } from '../shared/browsing.ts'
import { defineOperation } from '../shared/operation.ts'

/** EnumerateAncestors: the containers that a file is in, the root first. */
export const enumerateAncestors = defineOperation({
  name: 'EnumerateAncestors',
  route: { method: 'GET', path: '/wopi/files/:fileId/ancestry' },
  permission: 'read',
  supported: (context) => mayBrowse(context) && context.tree.can(context.file).containers,

  read: () => undefined,

  run: async (_, context) => ancestorsFrom(context, await context.tree.containerOf(context.file)),

  reply: ancestorsReply,
})
