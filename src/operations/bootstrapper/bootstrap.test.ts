import assert from 'node:assert/strict'
import test from 'node:test'
import {
  askBootstrapper,
  bootstrapJson,
  createBootstrapHost,
  SIGN_IN,
} from '../../../test/helpers/bootstrap-story.ts'
import { createTestHost } from '../../../test/helpers/test-host.ts'
import { accessHiding, accessWithoutTokens, follow } from '../../../test/helpers/tree-story.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

test('Bootstrap tells who has signed in, and leads to their ecosystem', async () => {
  const host = await createBootstrapHost()

  const { Bootstrap: info, ...rest } = await bootstrapJson(host)

  const { EcosystemUrl, ...user } = info
  assert.deepEqual(rest, {})
  assert.deepEqual(user, {
    UserId: 'alice',
    SignInName: 'alice@app.example',
    UserFriendlyName: 'Alice',
  })
  assert.equal((await follow(host, EcosystemUrl)).status, 200)
})

test('Bootstrap answers a shortcut that nobody knows', async () => {
  const host = await createBootstrapHost()
  const plain = await bootstrapJson(host)

  assert.deepEqual(await bootstrapJson(host, 'GET_SOMETHING_NEW'), plain)
  assert.deepEqual(await bootstrapJson(host, ''), plain)
})

test('Bootstrap without a valid OAuth token is 401 and tells where to sign in', async () => {
  const host = await createBootstrapHost()
  const challenge =
    'Bearer authorization_uri="https://app.example/oauth/authorize",' +
    'tokenIssuance_uri="https://app.example/oauth/token"'

  for (const oauth of [undefined, 'forged', 'alice:all'])
    for (const shortcut of [undefined, 'GET_ROOT_CONTAINER', 'GET_SOMETHING_NEW'])
      assertRefused(await askBootstrapper(host, shortcut, { oauth }), 401, {
        'WWW-Authenticate': challenge,
      })
})

test('Bootstrap takes no token from the address', async () => {
  const host = await createBootstrapHost()

  assertRefused(await host.request('/wopibootstrapper', { token: 'oauth-alice' }), 401)
})

test('Bootstrap hands the session context to the application', async () => {
  const contexts: (string | undefined)[] = []
  const host = await createBootstrapHost({
    signIn: {
      ...SIGN_IN,
      authenticate(token, request) {
        contexts.push(request.sessionContext)
        return SIGN_IN.authenticate(token, request)
      },
    },
  })

  await bootstrapJson(host, undefined, { 'X-WOPI-SessionContext': 'sc1' })
  await bootstrapJson(host)

  assert.deepEqual(contexts, ['sc1', undefined])
})

test('Bootstrap is 404 for a user who has no right to anything', async () => {
  const host = await createBootstrapHost({ access: accessHiding(new Set(['ecosystem'])) })

  assertRefused(await askBootstrapper(host), 404)
})

test('Bootstrap is 501 without OAuth, and where no tokens are made', async () => {
  const access = accessWithoutTokens()

  assertRefused(await askBootstrapper(await createTestHost()), 501)
  assertRefused(await askBootstrapper(await createBootstrapHost({ access })), 501)
})
