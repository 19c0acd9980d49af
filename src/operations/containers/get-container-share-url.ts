import { OVERRIDES } from '../../protocol/names.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { defineContainerOperation } from '../shared/operation.ts'
import { canShare, readUrlType, shareUrl } from '../shared/share-url.ts'

/** GetShareUrl: a link to the container that the user may give to others. */
export const getContainerShareUrl = defineContainerOperation({
  name: 'GetContainerShareUrl',
  route: {
    method: 'POST',
    path: '/wopi/containers/:containerId',
    override: OVERRIDES.getShareUrl,
  },
  permission: 'read',
  supported: (context) => context.features.containers && canShare(context),

  read: (request) => ({ urlType: readUrlType(request) }),

  run: async ({ urlType }, context) => {
    const { containerId, name } = context.container
    const mayWrite = context.grant.permissions.has('create')
    return shareUrl(context, { containerId, name }, { urlType, mayWrite })
  },

  reply: jsonReply,
})
