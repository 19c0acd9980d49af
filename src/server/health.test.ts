import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listenOn } from '../../test/helpers/http-server.ts'
import { answerHealth, isHealthRequest } from './health.ts'

async function ask(options: { check: () => Promise<void>; closing: boolean }) {
  const { check, closing } = options
  await using server = await listenOn((request, response) => {
    if (isHealthRequest(request)) void answerHealth(response, { metadata: { check }, closing })
    else response.writeHead(404).end()
  })
  const reply = await fetch(`${server.origin}/health?probe=1`)
  return [reply.status, await reply.json(), reply.headers.get('Connection')]
}

test('answerHealth answers 200 when the store can be used', async () => {
  const answer = await ask({ check: async () => {}, closing: false })

  assert.deepEqual(answer, [200, { status: 'ok' }, 'keep-alive'])
})

test('answerHealth answers 503 when the store cannot be used, without the reason', async () => {
  const check = () => Promise.reject(new Error('disk /secret/path broke'))

  assert.deepEqual(await ask({ check, closing: false }), [503, { status: 'failing' }, 'keep-alive'])
})

test('answerHealth answers 503 while the server stops', async () => {
  const answer = await ask({ check: async () => {}, closing: true })

  assert.deepEqual(answer, [503, { status: 'stopping' }, 'close'])
})

test('isHealthRequest accepts GET and HEAD of /health only', () => {
  const cases = [
    ['GET', '/health', true],
    ['HEAD', '/health', true],
    ['GET', '/healthy', false],
    ['POST', '/health', false],
    ['GET', '/wopi/files/health', false],
  ] as const

  for (const [method, url, expected] of cases)
    assert.equal(isHealthRequest({ method, url } as never), expected, `${method} ${url}`)
})
