import { jsonReply } from '../shared/json-reply.ts'
import { defineBootstrapperOperation } from '../shared/operation.ts'
import { bootstrapInfo } from './bootstrap-info.ts'

/** Bootstrap: turns a sign-in into WOPI's own tokens. An unknown shortcut gets the same reply. */
export const bootstrap = defineBootstrapperOperation({
  name: 'Bootstrap',
  route: { method: 'GET', path: '/wopibootstrapper', orPost: true },

  read: () => undefined,

  run: async (_, context) => ({ Bootstrap: await bootstrapInfo(context) }),

  reply: jsonReply,
})
