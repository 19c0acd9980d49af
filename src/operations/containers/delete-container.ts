import { WopiError } from '../../protocol/errors.ts'
import { OVERRIDES } from '../../protocol/names.ts'
import { defineContainerOperation } from '../shared/operation.ts'

/** DeleteContainer: deletes an empty container. */
export const deleteContainer = defineContainerOperation({
  name: 'DeleteContainer',
  route: {
    method: 'POST',
    path: '/wopi/containers/:containerId',
    override: OVERRIDES.deleteContainer,
  },
  permission: 'delete',
  supported: ({ features }) => features.containers,

  read: () => undefined,

  async run(_, { tree, container }) {
    const deleted = await tree.deleteContainer(container.containerId)
    if (!deleted.ok) throw new WopiError(deleted.reason === 'gone' ? 'NOT_FOUND' : 'NOT_EMPTY')
  },

  reply: () => ({ status: 200, headers: {} }),
})
