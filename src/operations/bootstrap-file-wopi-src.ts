import { HEADERS, OVERRIDES } from '../protocol/names.ts'
import { bootstrapInfo } from './bootstrap-info.ts'
import { wopiSrcOf } from './host-native-file-name.ts'
import { jsonReply } from './json-reply.ts'
import { defineBootstrapperOperation } from './operation.ts'

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
