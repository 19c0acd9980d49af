import { OVERRIDES } from '../../protocol/names.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { defineBootstrapperOperation } from '../shared/operation.ts'
import { rootContainerInfo } from '../shared/root-container.ts'
import { bootstrapInfo } from './bootstrap-info.ts'

/** GetRootContainer as a shortcut of the bootstrapper. */
export const bootstrapRootContainer = defineBootstrapperOperation({
  name: 'BootstrapRootContainer',
  route: { method: 'POST', path: '/wopibootstrapper', override: OVERRIDES.getRootContainer },
  supported: ({ features }) => features.containers,

  read: () => undefined,

  run: async (_, context) => ({
    Bootstrap: await bootstrapInfo(context),
    RootContainerInfo: await rootContainerInfo(context, context.user),
  }),

  reply: jsonReply,
})
