import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { createTestLog, listenOn } from '../../test/helpers/http-server.ts'
import { openRawHttp, requestHead } from '../../test/helpers/raw-http.ts'
import type { Handler } from '../host/handle.ts'
import { configureServer } from './configure-server.ts'
import { createFetchHandler } from './fetch-handler.ts'

const TARGET = '/wopi/files/a/contents'
const HEADERS = { 'Content-Length': 5, Expect: '100-continue' }

const echo: Handler = async ({ body }) => ({ status: 200, headers: {}, body: await buffer(body) })

/** A configured server that hands requests to the Fetch handler, as adapters do. */
function serve(handler: Handler) {
  const answer = createFetchHandler({ handler, log: createTestLog() })
  return listenOn(
    async (request, response) => {
      const reply = await answer(fetchRequest(request))
      response.writeHead(reply.status, Object.fromEntries(reply.headers))
      response.end(await reply.bytes())
    },
    (server) => configureServer(server, () => true),
  )
}

function fetchRequest(request: IncomingMessage): Request {
  const { method = '', url } = request
  const body = Readable.toWeb(request) as ReadableStream<Uint8Array<ArrayBuffer>>
  return new Request(`http://localhost${url}`, { method, body, duplex: 'half' } as RequestInit)
}

test('a configured server asks for a body when an adapter for Fetch reads it', async () => {
  await using server = await serve(echo)
  const client = await openRawHttp(server.port)

  await client.write(requestHead('POST', TARGET, HEADERS))
  const asked = await client.reply()
  await client.write('hello')
  const reply = await client.reply()

  assert.equal(asked.status, 100)
  assert.equal(reply.body.toString(), 'hello')
  client.destroy()
})
