import { HEADERS } from '../../protocol/names.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { defineContainerOperation } from '../shared/operation.ts'
import { containerInfo } from './container-info.ts'

/** CheckContainerInfo: what the container is called, and what the user may do with it. */
export const checkContainerInfo = defineContainerOperation({
  name: 'CheckContainerInfo',
  route: { method: 'GET', path: '/wopi/containers/:containerId' },
  permission: 'read',
  supported: ({ features }) => features.containers,

  read: ({ header }) => ({ sessionContext: header(HEADERS.sessionContext) }),

  run: ({ sessionContext }, context) => containerInfo(context, context.container, sessionContext),

  reply: jsonReply,
})
