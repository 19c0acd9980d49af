import { type SettingsPath, settingsPath } from '../../protocol/settings-paths.ts'
import { withToken } from './links.ts'
import type { SettingsContext } from './operation.ts'

/** The path of a request, without its query. */
export function pathOf(target: string): string {
  return target.split('?', 1)[0] ?? ''
}

export function queryOf(target: string): URLSearchParams {
  return new URLSearchParams(target.slice(pathOf(target).length))
}

/** Where a file of settings is read, with the token that the client has already. */
export function settingsAddress(
  { links, accessToken, grant }: Pick<SettingsContext, 'links' | 'accessToken' | 'grant'>,
  file: SettingsPath,
): string {
  const token = { accessToken, accessTokenTtl: grant.expiresAt }
  return withToken(links.settings(settingsPath(file)), token)
}
