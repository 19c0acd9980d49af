import { WopiError } from '../../protocol/errors.ts'
import { readRequestedContainerName } from '../../protocol/name-headers.ts'
import { OVERRIDES } from '../../protocol/names.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { defineContainerOperation } from '../shared/operation.ts'

/** RenameContainer: gives the container exactly the requested name, or refuses. */
export const renameContainer = defineContainerOperation({
  name: 'RenameContainer',
  route: {
    method: 'POST',
    path: '/wopi/containers/:containerId',
    override: OVERRIDES.renameContainer,
  },
  permission: 'rename',
  supported: ({ features }) => features.containers,

  read: ({ header }) => ({ name: readRequestedContainerName(header) }),

  async run({ name }, { tree, container }) {
    const renamed = await tree.renameContainer(container.containerId, name)
    if (!renamed.ok) throw new WopiError(renamed.reason === 'gone' ? 'NOT_FOUND' : 'NAME_TAKEN')
    return { Name: name }
  },

  reply: jsonReply,
})
