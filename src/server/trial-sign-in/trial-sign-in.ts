import type { IncomingMessage, ServerResponse } from 'node:http'
import { createTokenSigner } from '../../access/signed-token.ts'
import { originForm } from '../../http/mount.ts'
import type { SignedInUser, SignIn } from '../../ports/sign-in.ts'
import { type Answer, authorize } from './authorize.ts'
import { createCodeStore } from './codes.ts'
import { tradeToken } from './token.ts'

/**
 * A sign-in without passwords, for trying clients that need OAuth; never for documents that matter.
 */
export interface TrialSignIn extends SignIn {
  /** Whether a request is for one of the two addresses of the sign-in. */
  isOwn(request: IncomingMessage): boolean
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>
}

/** The one user of the trial sign-in. */
export const TRIAL_USER: SignedInUser = {
  userId: 'demo',
  signInName: 'demo@example.com',
  displayName: 'Demo User',
}

const AUTHORIZE = '/oauth/authorize'
const TOKEN = '/oauth/token'
/** Differs from the audience of WOPI tokens, so that neither kind passes for the other. */
const ACCESS_AUDIENCE = 'wopikit trial sign-in'
const REFRESH_AUDIENCE = 'wopikit trial refresh'
const FORM_MAX_BYTES = 16 * 1024
/** How long a client may pause while it sends a form, in ms. */
const FORM_PAUSE_MS = 10_000

/**
 * Creates an OAuth 2.0 server with one user and no passwords.
 *
 * @param options.baseUrl the address before `/oauth` that clients use
 * @param options.basePath the path of `baseUrl`
 * @param options.key at least 32 unpredictable bytes
 * @param options.now the clock, in ms since 1970 UTC
 */
export function createTrialSignIn({
  baseUrl,
  basePath,
  key,
  randomBytes,
  now = Date.now,
}: {
  baseUrl: string
  basePath: string
  key: Uint8Array
  randomBytes: (length: number) => Uint8Array
  now?: () => number
}): TrialSignIn {
  const user = TRIAL_USER
  const codes = createCodeStore({ randomBytes, now })
  const access = createTokenSigner({ key, audience: ACCESS_AUDIENCE, now })
  const refresh = createTokenSigner({ key, audience: REFRESH_AUDIENCE, now })

  async function answerTo(request: IncomingMessage): Promise<Answer> {
    const { method } = request
    const { path, query } = targetOf(request)
    if (path === `${basePath}${TOKEN}`)
      return method === 'POST' ? trade(request) : wrongMethod('POST')
    if (method !== 'GET' && method !== 'POST') return wrongMethod('GET, POST')
    return authorize({ method, query, headers: request.headers }, { codes, user })
  }

  async function trade(request: IncomingMessage): Promise<Answer> {
    const form = await readForm(request)
    if (!form) return { status: 413, headers: { Connection: 'close' } }
    return tradeToken(form, { user, codes, access, refresh, now })
  }

  return {
    authorizationUri: `${baseUrl}${AUTHORIZE}`,
    tokenIssuanceUri: `${baseUrl}${TOKEN}`,

    async authenticate(accessToken) {
      const claims = await access.verify(accessToken)
      return claims?.sub === user.userId ? user : undefined
    },

    isOwn(request) {
      const { path } = targetOf(request)
      return path === `${basePath}${AUTHORIZE}` || path === `${basePath}${TOKEN}`
    },

    async answer(request, response) {
      const { status, headers, body = '' } = await answerTo(request)
      response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) })
      response.end(body)
    },
  }
}

function wrongMethod(allowed: string): Answer {
  return { status: 405, headers: { Allow: allowed } }
}

function targetOf({ url: sent = '' }: IncomingMessage): { path: string; query: URLSearchParams } {
  const url = originForm(sent)
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  return { path, query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)) }
}

/** `undefined` when the body is longer than any OAuth form. */
async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  request.setTimeout(FORM_PAUSE_MS, () => request.destroy())
  const parts: Buffer[] = []
  let length = 0
  for await (const bytes of request.iterator({ destroyOnReturn: false })) {
    length += bytes.length
    if (length > FORM_MAX_BYTES) return undefined
    parts.push(bytes)
  }
  return new URLSearchParams(Buffer.concat(parts).toString())
}
