import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProofInput } from '../protocol/proof-message.ts'
import { createSignedFetch } from './signed-fetch.ts'

test('createSignedFetch signs the requested address and its token, afresh for each request', async () => {
  const signed: ProofInput[] = []
  const sent: Headers[] = []
  let now = Date.UTC(2026, 0, 1)
  const signer = {
    sign: async (input: ProofInput) => {
      signed.push(input)
      return { current: `c${signed.length}`, old: `o${signed.length}` }
    },
  }
  const fetch = createSignedFetch(signer, {
    fetch: async (_, init) => {
      sent.push(new Headers(init?.headers))
      return new Response()
    },
    now: () => now,
  })
  const address = 'http://Host:80/wopi/files/1?access_token=a%2Fb&x=%20'

  await fetch(`${address}#top`, { method: 'POST', headers: { 'X-WOPI-Override': 'LOCK' } })
  now += 1000
  await fetch(address)

  const [first, second] = signed as [ProofInput, ProofInput]
  assert.deepEqual(
    [first.url, first.accessToken],
    ['http://host/wopi/files/1?access_token=a%2Fb&x=%20', 'a/b'],
  )
  assert.equal(second.timestamp - first.timestamp, 10_000_000n)
  assert.deepEqual(
    sent.map((headers) => headers.get('X-WOPI-Proof')),
    ['c1', 'c2'],
  )
  assert.deepEqual(Object.fromEntries(sent[0] ?? []), {
    'x-wopi-override': 'LOCK',
    'x-wopi-proof': 'c1',
    'x-wopi-proofold': 'o1',
    'x-wopi-timestamp': String(first.timestamp),
  })
})
