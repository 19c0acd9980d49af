import type { SignIn } from '../ports/sign-in.ts'

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
