import assert from 'node:assert/strict'
import { before, beforeEach, describe, test } from 'node:test'
import { createSigningKey, type SigningKey } from '../../test/helpers/proof-keys.ts'
import type { HostRequest } from '../ports/exchange.ts'
import type { ProofKeySource } from '../ports/proof-keys.ts'
import type { ProofKeys } from '../protocol/proof-key.ts'
import { ticksFromMs } from '../protocol/ticks.ts'
import { createProofCheck } from './check-proof.ts'

const NOW = Date.UTC(2026, 0, 1)
const BASE_URL = 'https://docs.example/office'
const TARGET = '/wopi/files/f1?access_token=alice.token'

describe('createProofCheck', () => {
  let current: SigningKey
  let next: SigningKey
  let keys: ProofKeys
  let logged: { fields: Record<string, unknown>; message: string }[]

  before(async () => {
    ;[current, next] = await Promise.all([createSigningKey(), createSigningKey()])
    keys = { current: current.publicKey }
  })
  beforeEach(() => {
    logged = []
  })

  /** A source that has the keys `first`, and `later` after a refresh. */
  function createSource(first: ProofKeys, later = first): ProofKeySource & { refreshed: number } {
    const source = {
      refreshed: 0,
      keys: async () => (source.refreshed ? later : first),
      refresh: async () => {
        source.refreshed++
        return later
      },
    }
    return source
  }

  function createCheck(source: ProofKeySource) {
    const warn = (fields: Record<string, unknown>, message: string) => {
      logged.push({ fields, message })
    }
    const log = { debug: warn, info: warn, warn, error: warn }
    return createProofCheck({ source, baseUrl: BASE_URL, log, now: () => NOW })
  }

  async function signed(
    key: SigningKey,
    { target = TARGET, accessToken = 'alice.token', old = key, headers = {} } = {},
  ): Promise<HostRequest> {
    const claim = { accessToken, url: BASE_URL + target, at: NOW }
    return request(target, {
      'X-WOPI-Proof': await key.sign(claim),
      'X-WOPI-ProofOld': await old.sign(claim),
      'X-WOPI-TimeStamp': String(ticksFromMs(NOW)),
      ...headers,
    })
  }

  test('accepts a request that is signed for its public address', async () => {
    const source = createSource(keys)

    await createCheck(source)(await signed(current))

    assert.deepEqual([source.refreshed, logged], [0, []])
  })

  test('accepts a proof over the decoded token or the token as in the query', async () => {
    const check = createCheck(createSource(keys))
    const target = '/wopi/files/f1?a=1&access_token=x%2fy%3D&b=2'

    await check(await signed(current, { target, accessToken: 'x/y=' }))
    await check(await signed(current, { target, accessToken: 'x%2fy%3D' }))
    await assert.rejects(check(await signed(current, { target, accessToken: 'x%2Fy%3D' })))
  })

  test('uses the token of the Authorization header when the query has none', async () => {
    const target = '/wopi/files/f1'
    const headers = { Authorization: 'Bearer alice.token' }

    await createCheck(createSource(keys))(await signed(current, { target, headers }))
  })

  test('refuses a request that is signed for another address', async () => {
    const other = await signed(current, { target: TARGET.replace('f1', 'f2') })

    const refused = createCheck(createSource(keys))({ ...other, target: TARGET })

    await assert.rejects(refused, { name: 'WopiError', code: 'PROOF_INVALID', status: 500 })
  })

  test('looks up new keys when a signature does not fit, and uses them', async () => {
    const source = createSource(keys, { current: next.publicKey })

    await createCheck(source)(await signed(next))

    assert.deepEqual([source.refreshed, logged], [1, []])
  })

  test('refuses a request that the new keys have not signed either', async () => {
    const stranger = await createSigningKey()
    const source = createSource(keys, { current: next.publicKey })

    await assert.rejects(createCheck(source)(await signed(stranger)), { code: 'PROOF_INVALID' })
    assert.equal(source.refreshed, 1)
  })

  test('keeps its keys when the lookup of new ones fails', async () => {
    const source = { ...createSource(keys), refresh: () => Promise.reject(new Error('down')) }

    await assert.rejects(createCheck(source)(await signed(next)), { code: 'PROOF_INVALID' })
  })

  test('looks up new keys after a request that only an old key proves', async () => {
    const source = createSource(keys)

    await createCheck(source)(await signed(next, { old: current }))

    assert.equal(source.refreshed, 1)
  })

  test('looks up no keys for a request without a proof or with a wrong time', async () => {
    const source = createSource(keys)
    const check = createCheck(source)
    const late = { 'X-WOPI-TimeStamp': '1' }

    await assert.rejects(check(request(TARGET, {})), { code: 'PROOF_INVALID' })
    await assert.rejects(check(await signed(current, { headers: late })), { code: 'PROOF_INVALID' })
    assert.equal(source.refreshed, 0)
  })

  test('logs the cause of a refusal, with the correlation id and without the token', async () => {
    const headers = { 'X-WOPI-CorrelationId': 'c1', Host: '127.0.0.1:8080' }
    const check = createCheck(createSource(keys))

    await assert.rejects(check(await signed(next, { headers })), ({ message }: Error) => {
      return !message.includes('alice.token')
    })

    assert.deepEqual(
      logged.map(({ fields }) => fields),
      [
        {
          reason: 'signature',
          correlationId: 'c1',
          address: `${BASE_URL}/wopi/files/f1`,
          calledAs: '127.0.0.1:8080',
        },
      ],
    )
  })

  test('tells the client the cause of a refusal', async () => {
    const check = createCheck(createSource(keys))
    const late = { 'X-WOPI-TimeStamp': '1' }

    await assert.rejects(check(request(TARGET, {})), { message: /X-WOPI-Proof .* missing/ })
    await assert.rejects(check(await signed(current, { headers: late })), {
      message: /older than 20 minutes/,
    })
    await assert.rejects(check(await signed(next)), {
      message: /No key .* https:\/\/docs\.example\/office\/wopi\/files\/f1$/,
    })
  })

  test('throws PROOF_KEYS_UNKNOWN while it has no keys', async () => {
    const source = { ...createSource(keys), keys: () => Promise.reject(new Error('down')) }

    await assert.rejects(createCheck(source)(await signed(current)), {
      code: 'PROOF_KEYS_UNKNOWN',
      status: 500,
    })
  })
})

function request(target: string, headers: Record<string, string>): HostRequest {
  const values = new Headers(headers)
  return {
    method: 'GET',
    target,
    header: (name) => values.get(name) ?? undefined,
    contentLength: undefined,
    body: (async function* () {})(),
    signal: new AbortController().signal,
  }
}
