import assert from 'node:assert/strict'
import type { SignIn } from '../../src/ports/sign-in.ts'
import { createTestHost, type TestHost, type TestReply } from './test-host.ts'

const AUTHORITY = 'https://app.example/oauth'

/** OAuth of an application with one user, whose token is `oauth-alice`. */
export const SIGN_IN: SignIn = {
  authorizationUri: `${AUTHORITY}/authorize`,
  tokenIssuanceUri: `${AUTHORITY}/token`,
  async authenticate(token) {
    if (token !== 'oauth-alice') return undefined
    return { userId: 'alice', signInName: 'alice@app.example', displayName: 'Alice' }
  },
}

type Options = NonNullable<Parameters<typeof createTestHost>[0]>

/** A host that its users can sign in to. */
export function createBootstrapHost(options: Options = {}): Promise<TestHost> {
  return createTestHost({ signIn: SIGN_IN, ...options })
}

/** Asks the bootstrapper; by POST when a shortcut is named. */
export function askBootstrapper(
  host: TestHost,
  shortcut?: string,
  options: { headers?: Record<string, string>; oauth?: string | undefined } = {},
): Promise<TestReply> {
  const { headers, oauth } = { oauth: 'oauth-alice', ...options }
  return host.request('/wopibootstrapper', {
    token: undefined,
    method: shortcut === undefined ? 'GET' : 'POST',
    headers: {
      ...(shortcut !== undefined && { 'X-WOPI-EcosystemOperation': shortcut }),
      ...(oauth !== undefined && { Authorization: `Bearer ${oauth}` }),
      ...headers,
    },
  })
}

/** Asks the bootstrapper, and gives what the answer says. */
export async function bootstrapJson(
  host: TestHost,
  shortcut?: string,
  headers: Record<string, string> = {},
) {
  const reply = await askBootstrapper(host, shortcut, { headers })
  assert.equal(reply.status, 200, reply.headers.get('X-WOPI-FailureReason') ?? '')
  assert.equal(reply.headers.get('Content-Type'), 'application/json')
  return JSON.parse(reply.text)
}
