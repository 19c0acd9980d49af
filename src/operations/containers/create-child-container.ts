import { legalName } from '../../protocol/file-name.ts'
import { readTargetName } from '../../protocol/name-headers.ts'
import { OVERRIDES } from '../../protocol/names.ts'
import { mayBrowse, requireAddress } from '../shared/browsing.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { defineContainerOperation } from '../shared/operation.ts'
import { createNamed, wantedName } from '../shared/target-name.ts'
import { containerInfo } from './container-info.ts'

/** The name of a container when no legal character is left of the suggested name. */
const DEFAULT_NAME = 'New folder'

/** CreateChildContainer: an empty container in the container. */
export const createChildContainer = defineContainerOperation({
  name: 'CreateChildContainer',
  route: {
    method: 'POST',
    path: '/wopi/containers/:containerId',
    override: OVERRIDES.createChildContainer,
  },
  permission: 'create',
  adds: true,
  supported: mayBrowse,

  read: ({ header }) => ({ target: readTargetName(header, 'container') }),

  async run({ target }, context) {
    const { tree, services, grant } = context
    const { containerId: parentId } = context.container
    const wanted = wantedName(target, (text) => legalName(text, DEFAULT_NAME))
    const naming = { tree, containerId: parentId, newId: services.newId }
    const { created } = await createNamed(wanted, naming, (name) =>
      tree.createContainer({ parentId, name, userId: grant.userId }),
    )
    const { containerId, name } = created.container
    return {
      ContainerPointer: { Name: name, Url: await requireAddress(context, { containerId }) },
      // A user may do in a new container what they may do in its parent.
      ContainerInfo: await containerInfo(context, created.container),
    }
  },

  reply: jsonReply,
})
