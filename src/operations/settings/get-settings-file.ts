import { withSafeClose } from '../../content/bytes/opened-bytes.ts'
import { attachment } from '../../protocol/content-disposition.ts'
import { WopiError } from '../../protocol/errors.ts'
import { readSettingsPath, unescaped } from '../../protocol/settings-paths.ts'
import { defineSettingsOperation } from '../shared/operation.ts'
import { pathOf } from '../shared/settings-address.ts'

/** GetSettingsFile: the content of a file of settings, at the address that ListSettings tells. */
export const getSettingsFile = defineSettingsOperation({
  name: 'GetSettingsFile',
  route: { method: 'GET', path: '/wopi/settings/:settingsFile' },

  read: ({ target }) => ({
    file: readSettingsPath(unescaped(pathOf(target).replace(/^\/wopi\/settings\//, ''))),
  }),

  async run({ file }, { settings, grant, signal }) {
    const opened = await settings.open(file, { grant, signal })
    if (!opened) throw new WopiError('NOT_FOUND')
    return { name: file.name, body: withSafeClose(opened) }
  },

  reply: ({ name, body }) => ({
    status: 200,
    headers: {
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': attachment(name),
      'Cache-Control': 'private, no-cache',
    },
    body,
  }),
})
