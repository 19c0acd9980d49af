import { readSettingsScope } from '../../protocol/settings-paths.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { defineSettingsOperation } from '../shared/operation.ts'
import { queryOf, settingsAddress } from '../shared/settings-address.ts'

/** ListSettings: the files of settings by category, each with its address and its stamp. */
export const listSettings = defineSettingsOperation({
  name: 'ListSettings',
  route: { method: 'GET', path: '/wopi/settings' },

  read: ({ target }) => ({ scope: readSettingsScope(queryOf(target).get('type')) }),

  async run({ scope }, context) {
    const { settings, grant, signal } = context
    const files = await settings.list(scope, { grant, signal })
    const byCategory = Object.groupBy(files, ({ category }) => category)
    const categories = Object.entries(byCategory).map(([category, listed = []]) => [
      category,
      listed.map(({ name, stamp }) => ({
        stamp,
        uri: settingsAddress(context, { scope, category, name }),
      })),
    ])
    return { ...Object.fromEntries(categories), kind: scope }
  },

  reply: (listed) => jsonReply(listed),
})
