import type { SettingsFileName, SettingsFiles } from '../../src/ports/settings-files.ts'
import { createTestHost, once, type TestHost } from './test-host.ts'

export const WORDS = new TextEncoder().encode('OOoUserDict1\nlang: <none>\n---\nwopikit\n')
export const STANDARD = '/settings/userconfig/wordbook/standard.dic'
/** What names no file of settings. */
export const NO_FILES = [
  '',
  '/settings/other/wordbook/a.dic',
  '/settings/userconfig/wordbook',
  '/settings/userconfig/wordbook/..',
  '/settings/userconfig/../a.dic',
  '/settings/userconfig/wordbook/a/b.dic',
  '/settings/userconfig/wordbook/a\\b.dic',
  '/settings/userconfig/wordbook/a\u0000.dic',
  `/settings/userconfig/wordbook/${'a'.repeat(256)}`,
]

export function hostWithSettings(): Promise<TestHost> {
  return createTestHost({ features: { settings: memorySettings() } })
}

export function listSettings(host: TestHost, type: string, token = 'alice:read') {
  return host.request(`/wopi/settings?type=${type}&access_token=${token}`, { token: undefined })
}

export function upload(
  host: TestHost,
  path: string,
  options: { token?: string | undefined; body?: Uint8Array; chunked?: boolean } = {},
) {
  const { token, ...rest } = { token: 'alice:read', body: WORDS, ...options }
  const query = `fileId=${encodeURIComponent(path)}${token ? `&access_token=${token}` : ''}`
  const target = `/wopi/settings/upload?${query}`
  return host.request(target, { method: 'POST', ...rest, token: undefined })
}

export function remove(host: TestHost, path: string, token = 'alice:read') {
  const target = `/wopi/settings?fileId=${encodeURIComponent(path)}&access_token=${token}`
  return host.request(target, { method: 'DELETE', token: undefined })
}

/** What an application may do: each user has files, and only an administrator changes those of all. */
function memorySettings(): SettingsFiles {
  const files = new Map<string, { file: SettingsFileName; owner: string; content: Uint8Array }>()
  const ownerOf = (scope: SettingsFileName['scope'], userId: string) =>
    scope === 'shared' ? '' : userId
  const keyOf = (file: SettingsFileName, userId: string) =>
    [ownerOf(file.scope, userId), file.scope, file.category, file.name].join('|')
  const mayChange = ({ scope }: SettingsFileName, userId: string) =>
    scope === 'user' || userId === 'admin'

  return {
    list: async (scope, { grant: { userId } }) =>
      [...files.values()]
        .filter(({ file, owner }) => file.scope === scope && owner === ownerOf(scope, userId))
        .map(({ file: { category, name }, content }) => {
          return { category, name, stamp: String(content.length) }
        }),
    async open(file, { grant: { userId } }) {
      const found = files.get(keyOf(file, userId))
      return found && Object.assign(once(found.content), { async [Symbol.asyncDispose]() {} })
    },
    async put(file, content, { grant: { userId } }) {
      if (!mayChange(file, userId)) return undefined
      const parts: Uint8Array[] = []
      for await (const part of content) parts.push(part)
      const bytes = new Uint8Array(Buffer.concat(parts))
      files.set(keyOf(file, userId), {
        ...{ file, owner: ownerOf(file.scope, userId) },
        content: bytes,
      })
      return { stamp: String(bytes.length) }
    },
    async delete(file, { grant: { userId } }) {
      if (!mayChange(file, userId)) return false
      files.delete(keyOf(file, userId))
      return true
    },
  }
}
