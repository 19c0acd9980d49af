import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import { wopiSrcOf } from '../shared/host-native-file-name.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { defineBootstrapperOperation } from '../shared/operation.ts'
import { bootstrapInfo } from './bootstrap-info.ts'

/** GetFileWopiSrc as a shortcut of the bootstrapper. */
export const bootstrapFileWopiSrc = defineBootstrapperOperation({
  name: 'BootstrapFileWopiSrc',
  route: { method: 'POST', path: '/wopibootstrapper', override: OVERRIDES.getFileWopiSrc },

  read: ({ header }) => ({ nativeName: header(HEADERS.hostNativeFileName) }),

  run: async ({ nativeName }, context) => ({
    Bootstrap: await bootstrapInfo(context),
    WopiSrcInfo: { Url: await wopiSrcOf(context, context.user, nativeName) },
  }),

  reply: jsonReply,
})
