/** The host answers everything below this path. */
export const WOPI_PATH = '/wopi/'
/** The host's only address elsewhere: desktop and mobile clients begin here. */
export const BOOTSTRAPPER_PATH = '/wopibootstrapper'

/**
 * Checks the path under which a host is mounted: empty, or like `/office`.
 *
 * @throws TypeError when it does not start with a slash, ends in one, or has characters that no
 *   path has
 */
export function checkBasePath(basePath: string): string {
  if (/^(\/[A-Za-z0-9._~-]+)*$/.test(basePath)) return basePath
  throw new TypeError(`basePath must be empty or like /office, not ${JSON.stringify(basePath)}`)
}

/**
 * Checks the address by which clients reach the server, without the base path.
 *
 * @returns the address without a trailing slash
 * @throws TypeError when it is not an http or https address, or has a password, query or fragment
 */
export function checkPublicUrl(publicUrl: string): string {
  if (!isPublicUrl(publicUrl))
    throw new TypeError('publicUrl must be like https://docs.example.com')
  return new URL(publicUrl).href.replace(/\/+$/, '')
}

/** Whether a text is an address that holds no secret and that paths can follow. */
export function isPublicUrl(text: string): boolean {
  if (!URL.canParse(text) || /[?#]/.test(text)) return false
  const { protocol, username, password } = new URL(text)
  return /^https?:$/.test(protocol) && username + password === ''
}

/**
 * Path and query of a request, also when its target is a whole address: a server must accept both
 * forms (RFC 9112, 3.2.2).
 */
export function originForm(url: string): string {
  const address = /^https?:\/\/[^/?#]*/i.exec(url)?.[0]
  if (address === undefined) return url
  const rest = url.slice(address.length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

/**
 * Path and query of a request without the base path; `undefined` when the request is not for the
 * host.
 */
export function ownTarget(url: string, basePath: string): string | undefined {
  const at = basePath.length
  if (!url.startsWith(WOPI_PATH, at) && !isBootstrapper(url, at)) return undefined
  return url.startsWith(basePath) ? url.slice(at) : undefined
}

function isBootstrapper(url: string, at: number): boolean {
  const end = at + BOOTSTRAPPER_PATH.length
  return url.startsWith(BOOTSTRAPPER_PATH, at) && (url.length === end || url[end] === '?')
}
