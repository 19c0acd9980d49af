import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkFailure } from './errors.ts'
import { readNetworkFailure } from './network-failure.ts'
import { isTransient } from './retry.ts'

/** As Node's fetch rejects: what happened is in the cause. */
function fetchFailed(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('…'), { code }) })
}

test('networkFailure lets a broken connection be tried again, but not an untrusted certificate', () => {
  const transient = ['ECONNREFUSED', 'UND_ERR_SOCKET', 'ENOTFOUND', 'UNHEARD_OF']
  const lasting = [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'TLS_SPOKEN',
  ]

  const failures = [...transient, ...lasting].map((code) =>
    networkFailure('Lock', fetchFailed(code)),
  )

  assert.deepEqual(
    failures.map((failure) => [failure.code, isTransient(failure)]),
    [...transient.map(() => ['NETWORK', true]), ...lasting.map(() => ['CANNOT_CONNECT', false])],
  )
})

test('networkFailure says what to do about a certificate', () => {
  const { message } = networkFailure('Lock', fetchFailed('SELF_SIGNED_CERT_IN_CHAIN'))

  assert.match(message, /not trusted: name the one that signed it in NODE_EXTRA_CA_CERTS/)
})

test('networkFailure keeps the words of a failure without a code, and explains a blocked port', async () => {
  const blocked = await fetch('http://127.0.0.1:6000/').catch((error) => error)

  assert.deepEqual(readNetworkFailure(new TypeError('Failed to fetch')), {
    words: 'Failed to fetch',
    passes: true,
  })
  assert.deepEqual(readNetworkFailure('the reply ends'), { words: 'the reply ends', passes: true })
  assert.equal(readNetworkFailure(blocked).passes, false)
})
