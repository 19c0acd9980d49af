import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import { mayBrowse } from '../shared/browsing.ts'
import { wopiSrcOf } from '../shared/host-native-file-name.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { defineEcosystemOperation } from '../shared/operation.ts'

/** GetFileWopiSrc: the WOPISrc of a file that the client knows by a name of the host's own. */
export const getFileWopiSrc = defineEcosystemOperation({
  name: 'GetFileWopiSrc',
  route: { method: 'POST', path: '/wopi/ecosystem', override: OVERRIDES.getFileWopiSrc },
  permission: 'browse',
  supported: mayBrowse,

  read: ({ header }) => ({ nativeName: header(HEADERS.hostNativeFileName) }),

  run: ({ nativeName }, context) => wopiSrcOf(context, context.grant, nativeName),

  reply: (url) => jsonReply({ Url: url }),
})
