import { tooLarge, WopiError } from '../../protocol/errors.ts'
import { SETTINGS_FILE_MAX_BYTES } from '../../protocol/names.ts'
import { readSettingsPath } from '../../protocol/settings-paths.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { defineSettingsOperation } from '../shared/operation.ts'
import { queryOf, settingsAddress } from '../shared/settings-address.ts'

/** PutSettingsFile: stores a file of settings, which is the body as it comes. */
export const putSettingsFile = defineSettingsOperation({
  name: 'PutSettingsFile',
  route: { method: 'POST', path: '/wopi/settings/upload' },

  read: ({ target, contentLength, body }) => ({
    file: readSettingsPath(queryOf(target).get('fileId')),
    contentLength,
    body,
  }),

  async run({ file, contentLength, body }, context) {
    if ((contentLength ?? 0) > SETTINGS_FILE_MAX_BYTES) throw tooLarge(SETTINGS_FILE_MAX_BYTES)
    const { settings, grant, signal } = context
    const stored = await settings.put(file, bounded(body), { grant, signal })
    if (!stored) throw new WopiError('NOT_FOUND')
    const uri = settingsAddress(context, file)
    return { status: 'success', filename: file.name, details: { stamp: stored.stamp, uri } }
  },

  reply: (stored) => jsonReply(stored),
})

/** The body, whose reader sees it fail when it is too long. */
async function* bounded(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const bytes of body) {
    length += bytes.length
    if (length > SETTINGS_FILE_MAX_BYTES) throw tooLarge(SETTINGS_FILE_MAX_BYTES)
    yield bytes
  }
}
