import type { IncomingHttpHeaders } from 'node:http'
import type { SignedInUser } from '../../ports/sign-in.ts'
import type { CodeGrant, CodeStore } from './codes.ts'

/** An answer whose body is whole. */
export interface Answer {
  status: number
  headers: Readonly<Record<string, string>>
  body?: string
}

const OWN_MACHINE: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])
/** Schemes of the addresses at which Office's apps are called back (page "App-to-app sign-in"). */
const APP_SCHEMES: ReadonlySet<string> = new Set([
  'ms-word-tp:',
  'ms-excel-tp:',
  'ms-powerpoint-tp:',
  'ms-officemobile-tp:',
])
const PARAMETER_MAX_CHARS = 2048
/** A SHA-256 in base64url (RFC 7636, 4.2). */
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/

/** A request to the authorization endpoint. */
export interface AuthorizeRequest {
  method: 'GET' | 'POST'
  query: URLSearchParams
  headers: IncomingHttpHeaders
}

/**
 * The authorization endpoint (RFC 6749, 4.1.1): GET shows a page with one button, which sends the
 * same query by POST and goes back to the client with a code.
 */
export function authorize(
  { method, query, headers }: AuthorizeRequest,
  { codes, user }: { codes: CodeStore; user: SignedInUser },
): Answer {
  const redirect = readRedirect(query.get('redirect_uri'))
  if (!redirect)
    return refusal(400, 'redirect_uri must be an address of this machine or of an Office app.')
  const state = query.get('state')
  const grant = readGrant(query)
  if ('error' in grant) return goBack(redirect, { error: grant.error, state })
  if (method === 'GET') return page(redirect, user)
  // Another site must not press the button.
  if ((headers['sec-fetch-site'] ?? 'same-origin') !== 'same-origin')
    return refusal(403, 'Another site sent this form. Sign in on this page.')
  return goBack(redirect, { code: codes.give(grant), state })
}

/**
 * The address at which the client is called back, if it is allowed: no code may leak to another
 * server.
 */
function readRedirect(text: string | null): URL | undefined {
  if (text === null || text.length > PARAMETER_MAX_CHARS || !URL.canParse(text)) return undefined
  const url = new URL(text)
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:'
  const allowed = isWeb ? OWN_MACHINE.has(url.hostname) : APP_SCHEMES.has(url.protocol)
  return allowed && url.hash === '' && url.username === '' && url.password === '' ? url : undefined
}

function readGrant(query: URLSearchParams): CodeGrant | { error: string } {
  const clientId = query.get('client_id') ?? ''
  const challenge = query.get('code_challenge')
  const method = query.get('code_challenge_method')
  if (query.get('response_type') !== 'code') return { error: 'unsupported_response_type' }
  if (clientId.length > PARAMETER_MAX_CHARS) return { error: 'invalid_request' }
  if (challenge !== null && (method !== 'S256' || !CHALLENGE.test(challenge)))
    return { error: 'invalid_request' }
  const redirectUri = query.get('redirect_uri') ?? ''
  return { clientId, redirectUri, ...(challenge !== null && { challenge }) }
}

function goBack(redirect: URL, parameters: Record<string, string | null>): Answer {
  const target = new URL(redirect)
  for (const [name, value] of Object.entries(parameters))
    if (value !== null) target.searchParams.append(name, value)
  return { status: 303, headers: { ...SECRET, Location: target.href } }
}

const SECRET = { 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' }

function refusal(status: number, text: string): Answer {
  return { status, headers: { ...SECRET, 'Content-Type': 'text/plain' }, body: `${text}\n` }
}

/** The form has no action, so the browser sends it to the address of the page, with its query. */
function page(redirect: URL, { displayName }: SignedInUser): Answer {
  // Browsers apply form-action to the redirect after a form, too.
  const callback = redirect.origin === 'null' ? redirect.protocol : redirect.origin
  const policy = [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `form-action 'self' ${callback}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ]
  return {
    status: 200,
    headers: {
      ...SECRET,
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policy.join('; '),
      'X-Content-Type-Options': 'nosniff',
    },
    body: PAGE.replaceAll('USER', displayName),
  }
}

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in to wopikit</title>
<style>
  :root { color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif }
  main { max-width: 26rem; margin: 20vh auto 0; padding: 0 1rem; text-align: center }
  button { font: inherit; padding: 0.6rem 1.2rem }
</style>
<main>
  <h1>wopikit</h1>
  <p>This sign-in is for trying things out: it asks for no password.</p>
  <form method="post"><button>Sign in as USER</button></form>
</main>
`
