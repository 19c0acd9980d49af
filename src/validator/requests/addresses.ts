/** What a request without an address of its own is sent to. */
export interface Endpoint {
  wopiSrc: string
  accessToken: string
  /** When the token expires, in ms since 1970 UTC; 0 when that is unknown. */
  accessTokenTtl: number
}

const TOKEN = /([?&]access_token=)([^&#]*)/i

/** The address of an operation on the file itself. */
export function fileAddress(
  { wopiSrc, accessToken, accessTokenTtl }: Endpoint,
  suffix: string,
): string {
  const address = withSuffix(wopiSrc, suffix)
  const join = address.includes('?') ? '&' : '?'
  return `${address}${join}access_token=${encodeToken(accessToken)}&access_token_ttl=${accessTokenTtl}`
}

/** Puts `/contents` and the like behind the path of an address, before its query. */
export function withSuffix(address: string, suffix: string): string {
  const query = address.search(/[?#]/)
  return query === -1
    ? `${address}${suffix}`
    : `${address.slice(0, query)}${suffix}${address.slice(query)}`
}

/** The token of an address as forms decode it, so a bare `+` is a space; `undefined` without one. */
export function tokenOf(address: string): string | undefined {
  const encoded = TOKEN.exec(address)?.[2]
  if (encoded === undefined) return undefined
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '))
  } catch {
    return encoded
  }
}

/** The address with another token in the place of its own. */
export function withToken(address: string, token: string): string {
  if (TOKEN.test(address)) return address.replace(TOKEN, `$1${encodeToken(token)}`)
  return `${address}${address.includes('?') ? '&' : '?'}access_token=${encodeToken(token)}`
}

/** The address without its token. */
export function withoutToken(address: string): string {
  return address
    .replace(TOKEN, '$1')
    .replace(/([?&])access_token=(?:&|$)/i, '$1')
    .replace(/[?&]$/, '')
}

/** Microsoft's clients escape everything but letters and digits. */
export function encodeToken(token: string): string {
  return encodeURIComponent(token).replaceAll(
    /[-_.!~*'()]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
