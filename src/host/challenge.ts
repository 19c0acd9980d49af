import type { SignIn } from '../ports/sign-in.ts'

/** Office splits the header at `=` and `,`, also between quotes; the others end or forge a value. */
const UNTOLD = /[=,"\\\s]|\P{ASCII}|\p{Cc}/u
const PROVIDER_ID = /^[A-Za-z0-9_]+$/

/**
 * Checks that a sign-in can be told to clients, which read its addresses out of one header.
 *
 * @throws TypeError when one would be cut, or is none
 */
export function checkSignIn(signIn: SignIn): void {
  for (const name of ['authorizationUri', 'tokenIssuanceUri'] as const) {
    const address = signIn[name]
    if (!isHttp(address))
      throw new TypeError(`signIn.${name} must be an http(s) address, not ${quoted(address)}`)
    const [cut] = UNTOLD.exec(address) ?? []
    if (cut !== undefined)
      throw new TypeError(
        `signIn.${name} must be without ${quoted(cut)}, where Office cuts it: ${quoted(address)}. ` +
          'Say in the path what the query says, or encode it (%3D, %2C).',
      )
  }
  const { providerId } = signIn
  if (providerId && !PROVIDER_ID.test(providerId))
    throw new TypeError(
      `signIn.providerId must be of letters, digits and _, not ${quoted(providerId)}`,
    )
}

/** Value of `WWW-Authenticate`, which tells a client where its user signs in (page "Bootstrap"). */
export function challengeHeader(signIn: SignIn): string {
  const { authorizationUri, tokenIssuanceUri, providerId, urlSchemes } = signIn
  const parameters: [name: string, value: string][] = [
    ['authorization_uri', authorizationUri],
    ['tokenIssuance_uri', tokenIssuanceUri],
  ]
  if (providerId) parameters.push(['providerId', providerId])
  if (urlSchemes) parameters.push(['UrlSchemes', encodeURIComponent(JSON.stringify(urlSchemes))])
  return `Bearer ${parameters.map(([name, value]) => `${name}="${value}"`).join(',')}`
}

function isHttp(address: unknown): boolean {
  return typeof address === 'string' && /^https?:\/\//i.test(address) && URL.canParse(address)
}

function quoted(text: unknown): string {
  return JSON.stringify(text) ?? String(text)
}
