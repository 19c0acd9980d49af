import { createHash } from 'node:crypto'
import type { TokenSigner } from '../../access/signed-token.ts'
import type { SignedInUser } from '../../ports/sign-in.ts'
import type { Answer } from './authorize.ts'
import type { CodeStore } from './codes.ts'

const ACCESS_LIFETIME_S = 60 * 60
const REFRESH_LIFETIME_S = 30 * 24 * 60 * 60

/** The signers and the clock of the trial sign-in. */
export interface TrialTokens {
  user: SignedInUser
  codes: CodeStore
  access: TokenSigner
  refresh: TokenSigner
  /** The clock, in ms since 1970 UTC. */
  now: () => number
}

/**
 * The token endpoint (RFC 6749, 4.1.3 and 6): trades a code, or a refresh token, for tokens.
 *
 * @param form the body of the request
 */
export async function tradeToken(form: URLSearchParams, tokens: TrialTokens): Promise<Answer> {
  switch (form.get('grant_type')) {
    case 'authorization_code':
      return matchesCode(form, tokens.codes) ? newTokens(tokens) : failure('invalid_grant')
    case 'refresh_token':
      return (await isRefreshToken(form, tokens)) ? newTokens(tokens) : failure('invalid_grant')
    case null:
      return failure('invalid_request')
    default:
      return failure('unsupported_grant_type')
  }
}

function matchesCode(form: URLSearchParams, codes: CodeStore): boolean {
  const grant = codes.take(form.get('code') ?? '')
  if (!grant || grant.redirectUri !== form.get('redirect_uri')) return false
  if (grant.clientId !== (form.get('client_id') ?? grant.clientId)) return false
  return grant.challenge === challengeOf(form.get('code_verifier'))
}

/** RFC 7636, 4.6. */
function challengeOf(verifier: string | null): string | undefined {
  if (verifier === null) return undefined
  return createHash('sha256').update(verifier).digest('base64url')
}

async function isRefreshToken(
  form: URLSearchParams,
  { refresh, user }: TrialTokens,
): Promise<boolean> {
  const claims = await refresh.verify(form.get('refresh_token') ?? '')
  return claims?.sub === user.userId
}

function newTokens({ user, access, refresh, now }: TrialTokens): Answer {
  const seconds = Math.floor(now() / 1000)
  return json(200, {
    access_token: access.sign({ sub: user.userId, exp: seconds + ACCESS_LIFETIME_S }),
    token_type: 'Bearer',
    expires_in: ACCESS_LIFETIME_S,
    refresh_token: refresh.sign({ sub: user.userId, exp: seconds + REFRESH_LIFETIME_S }),
  })
}

function failure(error: string): Answer {
  return json(400, { error })
}

function json(status: number, value: object): Answer {
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }
  return { status, headers, body: JSON.stringify(value) }
}
