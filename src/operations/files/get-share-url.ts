import { OVERRIDES } from '../../protocol/names.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { defineOperation } from '../shared/operation.ts'
import { canShare, readUrlType, shareUrl } from '../shared/share-url.ts'

/** GetShareUrl: a link to the file that the user may give to others. */
export const getShareUrl = defineOperation({
  name: 'GetShareUrl',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.getShareUrl },
  permission: 'read',
  supported: canShare,

  read: (request) => ({ urlType: readUrlType(request) }),

  run: async ({ urlType }, context) => {
    const { fileId, name } = context.file
    const mayWrite = context.grant.permissions.has('write')
    return shareUrl(context, { fileId, name }, { urlType, mayWrite })
  },

  reply: jsonReply,
})
