import { WopiError } from './errors.ts'

const NAME_MAX_CHARS = 255
const CATEGORY = /^[A-Za-z0-9_-]{1,64}$/
/** What no name of a file has in any system. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NO_NAME = /[/\\\u0000-\u001f\u007f]|^\.{1,2}$/

/** A file of settings, as addresses name it. */
export interface SettingsPath {
  scope: 'user' | 'shared'
  category: string
  name: string
}

const SCOPES: Readonly<Record<string, SettingsPath['scope']>> = {
  userconfig: 'user',
  systemconfig: 'shared',
}

/**
 * Reads a kind of settings as Collabora calls it.
 *
 * @throws WopiError SETTINGS_PATH_INVALID
 */
export function readSettingsScope(type: string | null): SettingsPath['scope'] {
  const scope = type !== null && Object.hasOwn(SCOPES, type) ? SCOPES[type] : undefined
  if (scope) return scope
  throw invalid('The type is userconfig or systemconfig')
}

/**
 * Reads `/settings/{userconfig|systemconfig}/{category}/{name}`, or what follows `/settings/` in it.
 *
 * @throws WopiError SETTINGS_PATH_INVALID
 */
export function readSettingsPath(path: string | null): SettingsPath {
  const parts = (path ?? '').replace(/^\/settings\//, '').split('/')
  const [type = '', category = '', name = ''] = parts
  const scope = readSettingsScope(type)
  const isName = name !== '' && name.length <= NAME_MAX_CHARS && !NO_NAME.test(name)
  if (parts.length === 3 && CATEGORY.test(category) && isName && name.isWellFormed())
    return { scope, category, name }
  throw invalid('A file of settings is like /settings/userconfig/wordbook/standard.dic')
}

/** What follows `/settings/` in the address of a file, escaped. */
export function settingsPath({ scope, category, name }: SettingsPath): string {
  const type = scope === 'user' ? 'userconfig' : 'systemconfig'
  return `${type}/${category}/${encodeURIComponent(name)}`
}

/** @throws WopiError SETTINGS_PATH_INVALID when it is not escaped as addresses are */
export function unescaped(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw invalid('The address is not escaped as addresses are')
  }
}

function invalid(detail: string): WopiError {
  return new WopiError('SETTINGS_PATH_INVALID', { detail })
}
