import assert from 'node:assert/strict'
import test from 'node:test'
import type { HostReply, HostRequest } from '../ports/exchange.ts'
import { checkOrigins, withCors } from './cors.ts'

const APP = 'https://app.example.com'

function ask(headers: Record<string, string>, method = 'GET'): Promise<HostReply> {
  const handler = withCors(
    async () => ({ status: 200, headers: { ETag: '"1"' } }),
    checkOrigins([APP]),
  )
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return handler({ method, header: (name: string) => lower.get(name.toLowerCase()) } as HostRequest)
}

test('withCors lets a page of a listed origin read the reply and its headers', async () => {
  const { headers } = await ask({ Origin: APP })

  assert.equal(headers['Access-Control-Allow-Origin'], APP)
  assert.equal(headers.Vary, 'Origin')
  assert.match(headers['Access-Control-Expose-Headers'] ?? '', /X-WOPI-ItemVersion/)
  assert.equal(headers['Access-Control-Allow-Credentials'], undefined)
})

test('withCors adds no header for another origin, or without an origin', async () => {
  for (const origin of ['https://evil.example', `${APP}.evil.example`, 'null', `${APP}:444`]) {
    const { headers } = await ask({ Origin: origin })
    assert.deepEqual(headers, { ETag: '"1"' }, origin)
  }
  assert.deepEqual((await ask({})).headers, { ETag: '"1"' })
})

test('withCors answers a preflight with the methods and headers that the browser asks for', async () => {
  const { headers } = await ask(
    {
      Origin: APP,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'x-wopi-override, x-wopi-lock',
    },
    'OPTIONS',
  )

  assert.equal(headers['Access-Control-Allow-Methods'], 'GET, HEAD, POST')
  assert.equal(headers['Access-Control-Allow-Headers'], 'x-wopi-override, x-wopi-lock')
})

test('withCors does not repeat invalid header names', async () => {
  const { headers } = await ask(
    {
      Origin: APP,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'x"y\u00e9',
    },
    'OPTIONS',
  )

  assert.equal(headers['Access-Control-Allow-Headers'], undefined)
})

test('checkOrigins refuses origins that no browser sends', () => {
  for (const origin of [
    '*',
    'app.example.com',
    `${APP}/`,
    `${APP}/path`,
    'https://App.example.com',
  ])
    assert.throws(() => checkOrigins([origin]), TypeError, origin)
})
