import { WopiError } from '../../protocol/errors.ts'
import { readSettingsPath } from '../../protocol/settings-paths.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { defineSettingsOperation } from '../shared/operation.ts'
import { queryOf } from '../shared/settings-address.ts'

/** DeleteSettingsFile: deletes a file of settings. */
export const deleteSettingsFile = defineSettingsOperation({
  name: 'DeleteSettingsFile',
  route: { method: 'DELETE', path: '/wopi/settings' },

  read: ({ target }) => ({ file: readSettingsPath(queryOf(target).get('fileId')) }),

  async run({ file }, { settings, grant, signal }) {
    if (!(await settings.delete(file, { grant, signal }))) throw new WopiError('NOT_FOUND')
    return { status: 'success' }
  },

  reply: (deleted) => jsonReply(deleted),
})
