import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { createSignedAccess } from '../../access/signed-access.ts'
import { createTrialSignIn, TRIAL_USER, type TrialSignIn } from './trial-sign-in.ts'

const START = Date.UTC(2026, 0, 1)
const KEY = new Uint8Array(32).fill(7)
const CALLBACK = 'http://localhost:5000/back?x=1'
const VERIFIER = 'a-verifier-of-at-least-forty-three-characters'
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')
const AUTHORIZE = {
  response_type: 'code',
  client_id: 'office',
  redirect_uri: CALLBACK,
  state: 'st&te',
}

/** A trial sign-in with a server of its own. */
interface Trial extends AsyncDisposable {
  signIn: TrialSignIn
  advance(ms: number): void
  authorize(query: Record<string, string>, options?: RequestInit): Promise<Response>
  /** Presses the button, and returns the code of the redirect. */
  code(query?: Record<string, string>): Promise<string>
  token(form: Record<string, string>): Promise<Response>
}

async function openTrial(): Promise<Trial> {
  let time = START
  let filled = 0
  const server = createServer((request, response) => {
    assert.ok(signIn.isOwn(request))
    void signIn.answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/office`
  const signIn = createTrialSignIn({
    baseUrl,
    basePath: '/office',
    key: KEY,
    randomBytes: (length) => Buffer.from(`${filled++}`.padStart(length)),
    now: () => time,
  })
  const trial: Trial = {
    signIn,
    advance(ms) {
      time += ms
    },
    authorize: (query, options) =>
      fetch(`${signIn.authorizationUri}?${new URLSearchParams(query)}`, {
        redirect: 'manual',
        ...options,
      }),
    async code(query = AUTHORIZE) {
      const reply = await trial.authorize(query, { method: 'POST' })
      return callbackOf(reply).searchParams.get('code') ?? ''
    },
    token: (form) =>
      fetch(signIn.tokenIssuanceUri, { method: 'POST', body: new URLSearchParams(form) }),
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
  return trial
}

function callbackOf(reply: Response): URL {
  assert.equal(reply.status, 303)
  return new URL(reply.headers.get('Location') ?? '')
}

function trade(code: string, more: Record<string, string> = {}): Record<string, string> {
  return { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...more }
}

async function refused(reply: Response): Promise<unknown> {
  assert.equal(reply.status, 400)
  return ((await reply.json()) as { error: unknown }).error
}

describe('the authorization endpoint', () => {
  test('GET shows a page without script, whose form may redirect only to the client', async () => {
    await using trial = await openTrial()

    const reply = await trial.authorize(AUTHORIZE)
    const text = await reply.text()

    assert.equal(reply.status, 200)
    assert.match(text, /<form method="post"><button>Sign in as Demo User</)
    assert.doesNotMatch(text, /<script/)
    assert.match(
      reply.headers.get('Content-Security-Policy') ?? '',
      /^default-src 'none'.*form-action 'self' http:\/\/localhost:5000;.*frame-ancestors 'none'/,
    )
  })

  test('POST redirects to the client with a code and the state of the client', async () => {
    await using trial = await openTrial()

    const reply = await trial.authorize(AUTHORIZE, { method: 'POST' })
    const { origin, pathname, searchParams } = callbackOf(reply)

    assert.equal(`${origin}${pathname}`, 'http://localhost:5000/back')
    assert.deepEqual([...searchParams.keys()], ['x', 'code', 'state'])
    assert.equal(searchParams.get('state'), 'st&te')
    assert.equal(reply.headers.get('Cache-Control'), 'no-store')
  })

  test('POST redirects to an Office app by its scheme', async () => {
    await using trial = await openTrial()
    const query = { ...AUTHORIZE, redirect_uri: 'ms-word-tp://open' }

    const page = await trial.authorize(query)
    const callback = callbackOf(await trial.authorize(query, { method: 'POST' }))

    assert.match(page.headers.get('Content-Security-Policy') ?? '', /'self' ms-word-tp:;/)
    assert.match(callback.href, /^ms-word-tp:\/\/open\?code=/)
  })

  test('no code goes to another machine', async () => {
    await using trial = await openTrial()
    const elsewhere = [
      'http://localhost.evil.example/',
      'http://evil.example/',
      'http://localhost@evil.example/',
      'http://evil@localhost/',
      'javascript:alert(1)',
      'ms-other:x',
      'localhost',
      'http://localhost/#x',
      `http://localhost/${'x'.repeat(2048)}`,
      '',
    ]

    for (const redirect_uri of elsewhere)
      for (const method of ['GET', 'POST']) {
        const reply = await trial.authorize({ ...AUTHORIZE, redirect_uri }, { method })
        assert.deepEqual([reply.status, reply.headers.get('Location')], [400, null], redirect_uri)
      }
  })

  test('the client gets its own mistake as an error, with its state', async () => {
    await using trial = await openTrial()
    const mistakes: [Record<string, string>, string][] = [
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ client_id: 'x'.repeat(2049) }, 'invalid_request'],
      [{ code_challenge: CHALLENGE }, 'invalid_request'],
      [{ code_challenge: CHALLENGE, code_challenge_method: 'plain' }, 'invalid_request'],
      [{ code_challenge: 'short', code_challenge_method: 'S256' }, 'invalid_request'],
    ]

    for (const [mistake, error] of mistakes) {
      const { searchParams } = callbackOf(await trial.authorize({ ...AUTHORIZE, ...mistake }))
      assert.deepEqual(Object.fromEntries(searchParams), { x: '1', error, state: 'st&te' })
    }
  })

  test('another site cannot press the button', async () => {
    await using trial = await openTrial()

    const reply = await trial.authorize(AUTHORIZE, {
      method: 'POST',
      headers: { 'Sec-Fetch-Site': 'cross-site' },
    })

    assert.deepEqual([reply.status, reply.headers.get('Location')], [403, null])
  })

  test('other methods are refused', async () => {
    await using trial = await openTrial()

    const authorize = await trial.authorize(AUTHORIZE, { method: 'PUT' })
    const token = await fetch(trial.signIn.tokenIssuanceUri)

    assert.deepEqual([authorize.status, authorize.headers.get('Allow')], [405, 'GET, POST'])
    assert.deepEqual([token.status, token.headers.get('Allow')], [405, 'POST'])
  })
})

describe('the token endpoint', () => {
  test('a code is traded for tokens that sign the user in', async () => {
    await using trial = await openTrial()

    const reply = await trial.token(trade(await trial.code(), { client_id: 'office' }))
    const tokens = (await reply.json()) as Record<string, string>
    const user = await trial.signIn.authenticate(tokens.access_token ?? '', {})

    assert.equal(reply.headers.get('Cache-Control'), 'no-store')
    assert.partialDeepStrictEqual(tokens, { token_type: 'Bearer', expires_in: 3600 })
    assert.deepEqual(user, TRIAL_USER)
  })

  test('a code can be traded once, and only within a minute', async () => {
    await using trial = await openTrial()
    const code = await trial.code()
    const late = await trial.code()

    const first = await trial.token(trade(code))
    const second = await trial.token(trade(code))
    trial.advance(60_000)
    const third = await trial.token(trade(late))

    assert.equal(first.status, 200)
    assert.equal(await refused(second), 'invalid_grant')
    assert.equal(await refused(third), 'invalid_grant')
  })

  test('only its own client can trade a code, and a failed attempt makes it invalid', async () => {
    await using trial = await openTrial()
    const pkce = { ...AUTHORIZE, code_challenge: CHALLENGE, code_challenge_method: 'S256' }
    const wrong: [Record<string, string>, Record<string, string>][] = [
      [AUTHORIZE, { redirect_uri: 'http://localhost:5000/' }],
      [AUTHORIZE, { client_id: 'other' }],
      [AUTHORIZE, { code_verifier: VERIFIER }],
      [pkce, {}],
      [pkce, { code_verifier: CHALLENGE }],
    ]

    for (const [query, more] of wrong) {
      const code = await trial.code(query)
      assert.equal(await refused(await trial.token(trade(code, more))), 'invalid_grant')
      assert.equal(await refused(await trial.token(trade(code))), 'invalid_grant')
    }
    const sound = await trial.token(trade(await trial.code(pkce), { code_verifier: VERIFIER }))
    assert.equal(sound.status, 200)
  })

  test('the oldest codes are dropped when too many wait', async () => {
    await using trial = await openTrial()
    const codes: string[] = []

    for (let i = 0; i < 1001; i++) codes.push(await trial.code())
    const [oldest, next] = await Promise.all(
      codes.slice(0, 2).map(async (code) => (await trial.token(trade(code))).status),
    )

    assert.deepEqual([oldest, next], [400, 200])
  })

  test('a refresh token can be traded for new tokens, an access token cannot', async () => {
    await using trial = await openTrial()
    const first = await trial.token(trade(await trial.code()))
    const { access_token, refresh_token } = (await first.json()) as Record<string, string>
    const refresh = (token = '') => ({ grant_type: 'refresh_token', refresh_token: token })
    trial.advance(3_600_000)

    const renewed = await trial.token(refresh(refresh_token))
    const tokens = (await renewed.json()) as Record<string, string>
    const wrong = await trial.token(refresh(access_token))

    assert.equal(await trial.signIn.authenticate(access_token ?? '', {}), undefined)
    assert.deepEqual(await trial.signIn.authenticate(tokens.access_token ?? '', {}), TRIAL_USER)
    assert.equal(await trial.signIn.authenticate(refresh_token ?? '', {}), undefined)
    assert.equal(await refused(wrong), 'invalid_grant')
  })

  test('a request without a valid grant gets the error that OAuth defines', async () => {
    await using trial = await openTrial()

    const none = await trial.token({})
    const other = await trial.token({ grant_type: 'password' })
    const long = await trial.token({ grant_type: 'x'.repeat(20_000) })

    assert.equal(await refused(none), 'invalid_request')
    assert.equal(await refused(other), 'unsupported_grant_type')
    assert.equal(long.status, 413)
  })
})

test('an access token of the sign-in is not a WOPI token, and a WOPI token does not sign in', async () => {
  await using trial = await openTrial()
  const access = createSignedAccess({ key: KEY, now: () => START })
  const { userId, displayName } = TRIAL_USER
  const user = { userId, displayName }
  const { accessToken } = await access.mint({ ...user, permissions: ['read'], ttlMs: 60_000 })
  const reply = await trial.token(trade(await trial.code()))
  const { access_token = '' } = (await reply.json()) as Record<string, string>

  const asWopi = await access.authenticate(access_token, { operation: 'CheckEcosystem' })
  const asSignIn = await trial.signIn.authenticate(accessToken, {})

  assert.deepEqual([asWopi, asSignIn], [undefined, undefined])
})
