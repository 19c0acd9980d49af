import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { OPERATIONS } from '../operations/index.ts'
import type { HostRequest } from '../ports/exchange.ts'
import { dispatch } from './dispatch.ts'

for (const { name, route, target } of OPERATIONS)
  test(`dispatch finds ${name}`, () => {
    const override = target === 'bootstrapper' ? 'X-WOPI-EcosystemOperation' : 'X-WOPI-Override'
    const headers: Record<string, string> = {
      ...(route.override !== undefined && { [override]: route.override }),
      ...(route.withHeader !== undefined && { [route.withHeader]: 'x' }),
    }

    const path = route.path.replace(/:\w+/, 'i1')
    const found = dispatch(request(path, route.method, headers))

    assert.equal(found?.operation?.name, name)
    assert.equal(found?.target, target)
    assert.equal(found?.id, path === route.path ? '' : 'i1')
  })

test('dispatch finds Bootstrap for a POST with an unknown shortcut', () => {
  for (const shortcut of ['', 'GET_SOMETHING_NEW']) {
    const headers = { 'X-WOPI-EcosystemOperation': shortcut }

    assert.equal(
      dispatch(request('/wopibootstrapper', 'POST', headers))?.operation?.name,
      'Bootstrap',
    )
  }
})

test('dispatch prefers the token of the query to that of the Authorization header', () => {
  const headers = { Authorization: 'Bearer from-header' }

  const both = dispatch(request('/wopi/files/f?access_token=from-query', 'GET', headers))
  const header = dispatch(request('/wopi/files/f?other=1', 'GET', headers))
  const empty = dispatch(request('/wopi/files/f?access_token=', 'GET', headers))

  assert.equal(both?.accessToken, 'from-query')
  assert.equal(header?.accessToken, 'from-header')
  assert.equal(empty?.accessToken, 'from-header')
})

test('dispatch decodes the token at any place in the query', () => {
  const found = dispatch(request('/wopi/files/f?a=1&access_token=x%2By%3D%3D&access_token=z'))

  assert.equal(found?.accessToken, 'x+y==')
})

test('dispatch takes a token from no other Authorization scheme than Bearer', () => {
  for (const Authorization of ['Basic abc', 'Bearer', 'Bearer ', 'abc', 'Bearer a b'])
    assert.equal(
      dispatch(request('/wopi/files/f', 'GET', { Authorization }))?.accessToken,
      undefined,
      Authorization,
    )
})

test('dispatch finds no operation for an empty, unknown or lower-case override', () => {
  for (const override of ['', 'UNKNOWN', 'lock', 'LOCK ', 'PUT'])
    assert.equal(
      dispatch(request('/wopi/files/f', 'POST', { 'X-WOPI-Override': override }))?.operation,
      undefined,
      override,
    )
})

test('dispatch finds no operation for other methods', () => {
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS'])
    assert.equal(dispatch(request('/wopi/files/f', method))?.operation, undefined, method)
})

test('dispatch finds the operation of GET for HEAD', () => {
  for (const path of ['', '/contents', '/download', '/ancestry'])
    assert.equal(
      dispatch(request(`/wopi/files/f${path}`, 'HEAD'))?.operation,
      dispatch(request(`/wopi/files/f${path}`))?.operation,
    )
})

test('dispatch ignores the override of a GET', () => {
  const headers = { 'X-WOPI-Override': 'LOCK' }

  assert.equal(dispatch(request('/wopi/files/f', 'GET', headers))?.operation?.name, 'CheckFileInfo')
})

const NO_FILES = [
  '',
  '/',
  '*',
  '/wopi',
  '/wopi/files',
  '/wopi/files/',
  '/wopi/files/f/',
  '/wopi/files/f/contents/',
  '/wopi/files/f/content',
  '/wopi/files/f/contents/x',
  '//wopi/files/f',
  '/WOPI/files/f',
  '/wopi/files/../f',
  '/wopi/files/..',
  '/wopi/files/%2e%2e',
  '/wopi/files/a%2Fb',
  '/wopi/files/a b',
  '/wopi/files/a\u0000',
  '/wopi/files/a\n',
  '/wopi/files/\u00e9',
  'http://evil.example/wopi/files/f',
  '/wopi/containers',
  '/wopi/containers/f/contents',
  '/wopi/containers/f/children/',
  '/wopi/files/f/children',
  '/wopi/folders/f',
  '/wopi/ecosystem/',
  '/wopi/ecosystem/f',
  '/wopibootstrapper/',
  '/wopi/wopibootstrapper',
  `/wopi/files/${'x'.repeat(129)}`,
]

for (const target of NO_FILES)
  test(`dispatch finds nothing at ${JSON.stringify(target).slice(0, 60)}`, () => {
    assert.equal(dispatch(request(target)), undefined)
  })

test('dispatch finds files whose ids have up to 128 letters, digits, - and _', () => {
  for (const id of ['a', 'A-b_9', 'x'.repeat(128)])
    assert.equal(dispatch(request(`/wopi/files/${id}?x=/contents`))?.id, id)
})

test('dispatch never throws for any target, and finds only legal ids', () => {
  const anyTarget = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'binary' }).map((text) => `/wopi/files/${text}`),
    fc.string().map((text) => `/wopi/files/f?access_token=${text}`),
  )
  fc.assert(
    fc.property(anyTarget, (target) => {
      const found = dispatch(request(target))

      assert.match(found?.id ?? 'f', /^[A-Za-z0-9_-]{1,128}$/)
    }),
    { numRuns: 500 },
  )
})

test('dispatch stays fast with a long hostile target or header', () => {
  const long = 'a'.repeat(1_000_000)

  assert.equal(dispatch(request(`/wopi/files/${long}`)), undefined)
  const spaces = { Authorization: `Bearer ${' '.repeat(100_000)}x y` }
  assert.equal(dispatch(request('/wopi/files/f', 'GET', spaces))?.accessToken, undefined)
})

function request(
  target: string,
  method = 'GET',
  values: Readonly<Record<string, string>> = {},
): HostRequest {
  const lower = Object.entries(values).map(([name, value]) => [name.toLowerCase(), value] as const)
  const headers = new Map(lower)
  return {
    method,
    target,
    header: (name) => headers.get(name.toLowerCase()) || undefined,
    contentLength: undefined,
    body: (async function* () {})(),
    signal: new AbortController().signal,
  }
}
