import assert from 'node:assert/strict'
import test from 'node:test'
import type { SignIn } from '../ports/sign-in.ts'
import { challengeHeader, checkSignIn } from './challenge.ts'

const SIGN_IN: SignIn = {
  authorizationUri: 'https://app.example/oauth/authorize',
  tokenIssuanceUri: 'https://app.example/oauth/token',
  authenticate: async () => undefined,
}

test('challengeHeader names the addresses for the sign-in', () => {
  assert.equal(
    challengeHeader(SIGN_IN),
    'Bearer authorization_uri="https://app.example/oauth/authorize",' +
      'tokenIssuance_uri="https://app.example/oauth/token"',
  )
})

test('challengeHeader names the provider and the URL schemes of its apps, as encoded JSON', () => {
  const header = challengeHeader({
    ...SIGN_IN,
    providerId: 'TP_ACME',
    urlSchemes: { iOS: ['acme', 'acme-emm'], Android: [] },
  })

  const [, schemes = ''] = /,providerId="TP_ACME",UrlSchemes="([^"]*)"$/.exec(header) ?? []
  assert.match(schemes, /^[A-Za-z0-9%._-]+$/)
  assert.deepEqual(JSON.parse(decodeURIComponent(schemes)), {
    iOS: ['acme', 'acme-emm'],
    Android: [],
  })
})

test('checkSignIn accepts addresses that Office reads completely', () => {
  checkSignIn(SIGN_IN)
  checkSignIn({ ...SIGN_IN, authorizationUri: 'https://app.example:8443/a/tenant%3D1/b?c#d' })
  checkSignIn({ ...SIGN_IN, providerId: 'TP_ACME', urlSchemes: { iOS: ['a=b,c"'] } })
})

const UNSAFE = ['=', ',', '"', ' ', '\n', '\\', 'é']
for (const character of UNSAFE)
  test(`checkSignIn refuses an address with ${JSON.stringify(character)}, and says how to change it`, () => {
    const address = `https://app.example/a?p${character}1`

    for (const name of ['authorizationUri', 'tokenIssuanceUri'])
      assert.throws(
        () => checkSignIn({ ...SIGN_IN, [name]: address }),
        (error) =>
          error instanceof TypeError && error.message.startsWith(`signIn.${name} must not contain`),
      )
  })

for (const address of ['/oauth/authorize', 'ftp://app.example/', 'https://', undefined])
  test(`checkSignIn refuses ${address}, which is not an http(s) address`, () => {
    const signIn = { ...SIGN_IN, tokenIssuanceUri: address as string }

    assert.throws(() => checkSignIn(signIn), { name: 'TypeError', message: /an http\(s\) address/ })
  })

test('checkSignIn refuses a providerId with other characters than letters, digits and _', () => {
  assert.throws(() => checkSignIn({ ...SIGN_IN, providerId: 'TP ACME' }), TypeError)
})
