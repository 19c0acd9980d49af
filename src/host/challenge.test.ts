import assert from 'node:assert/strict'
import test from 'node:test'
import type { SignIn } from '../ports/sign-in.ts'
import { challengeHeader } from './challenge.ts'

const SIGN_IN: SignIn = {
  authorizationUri: 'https://app.example/oauth/authorize',
  tokenIssuanceUri: 'https://app.example/oauth/token',
  authenticate: async () => undefined,
}

test('challengeHeader tells where to sign in', () => {
  assert.equal(
    challengeHeader(SIGN_IN),
    'Bearer authorization_uri="https://app.example/oauth/authorize",' +
      'tokenIssuance_uri="https://app.example/oauth/token"',
  )
})

test('challengeHeader tells the provider and the schemes of its apps, as encoded JSON', () => {
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
