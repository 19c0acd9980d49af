import type { SignIn } from '../ports/sign-in.ts'

/** Office splits the header at `=` and `,`, also inside quotes; the others end or forge a value. */
const UNSAFE = /[=,"\\\s]|\P{ASCII}|\p{Cc}/u
const PROVIDER_ID = /^[A-Za-z0-9_]+$/

/**
 * Checks that clients can read the addresses of a sign-in from one header.
 *
 * @throws TypeError when an address is not http(s), or has a character at which clients split it
 */
export function checkSignIn(signIn: SignIn): void {
  for (const name of ['authorizationUri', 'tokenIssuanceUri'] as const) {
    const address = signIn[name]
    if (!isHttp(address))
      throw new TypeError(`signIn.${name} must be an http(s) address, not ${quoted(address)}`)
    const [character] = UNSAFE.exec(address) ?? []
    if (character !== undefined)
      throw new TypeError(
        `signIn.${name} must not contain ${quoted(character)}, because Office splits it there: ${quoted(address)}. ` +
          'Move the query into the path, or encode it (%3D, %2C).',
      )
  }
  const { providerId } = signIn
  if (providerId && !PROVIDER_ID.test(providerId))
    throw new TypeError(
      `signIn.providerId must have letters, digits and _ only, not ${quoted(providerId)}`,
    )
}

/**
 * The value of `WWW-Authenticate`, which tells a client where its user signs in (page "Bootstrap").
 */
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
