import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { listenOn } from '../../test/helpers/http-server.ts'
import { type HttpRequest, type HttpResponse, headerOf } from './http-message.ts'
import { createNodeSend, createNodeTransport } from './node-transport.ts'

async function sendTo(
  listener: RequestListener,
  request: Partial<HttpRequest> = {},
  options: Parameters<typeof createNodeSend>[0] & { signal?: AbortSignal } = {},
): Promise<HttpResponse> {
  await using server = await listenOn(listener)
  const { signal, ...sendOptions } = options
  const send = createNodeSend(sendOptions)
  return await send(
    { method: 'POST', url: `${server.origin}/a?b=c`, headers: [], ...request },
    signal,
  )
}

describe('createNodeSend', () => {
  test('sends empty and repeated headers, and nothing that was not asked for', async () => {
    let raw: string[] = []

    await sendTo(
      (request, response) => {
        raw = request.rawHeaders
        response.end()
      },
      {
        headers: [
          ['X-WOPI-Lock', ''],
          ['X-Twice', '1'],
          ['X-Twice', '2'],
        ],
      },
    )

    const names = raw.filter((_, index) => index % 2 === 0)
    assert.deepEqual(names.toSorted(), [
      'Connection',
      'Content-Length',
      'Host',
      'X-Twice',
      'X-Twice',
      'X-WOPI-Lock',
    ])
    assert.equal(raw[raw.indexOf('X-WOPI-Lock') + 1], '')
    assert.equal(raw[raw.indexOf('Content-Length') + 1], '0')
  })

  test('sends the body, and reads status, headers and body of the answer', async () => {
    const body = new Uint8Array([1, 2, 3])

    const answer = await sendTo(
      (request, response) => {
        response.writeHead(409, { 'X-WOPI-Lock': '' })
        request.pipe(response)
      },
      { body },
    )

    assert.equal(answer.status, 409)
    assert.equal(headerOf(answer.headers, 'x-wopi-lock'), '')
    assert.deepEqual(answer.body, body)
  })

  test('follows no redirect and does not decompress', async () => {
    const packed = gzipSync('text')

    const answer = await sendTo((_, response) => {
      response.writeHead(302, { Location: '/elsewhere', 'Content-Encoding': 'gzip' })
      response.end(packed)
    })

    assert.equal(answer.status, 302)
    assert.deepEqual(answer.body, new Uint8Array(packed))
  })

  test('refuses an answer that is too large', async () => {
    const answer = sendTo((_, response) => response.end('12345'), {}, { maxBytes: 4 })

    await assert.rejects(answer, /more than 4 bytes/)
  })

  test('gives up on an answer that does not end', async () => {
    const answer = sendTo((_, response) => response.write('1'), {}, { timeoutMs: 50 })

    await assert.rejects(answer, /within 50 ms/)
  })

  test('ends when it is aborted', async () => {
    const abort = new AbortController()

    const answer = sendTo(() => abort.abort(new Error('enough')), {}, { signal: abort.signal })

    await assert.rejects(answer)
  })

  test('rejects when the connection breaks', async () => {
    await assert.rejects(sendTo((request) => request.socket.destroy()))
  })

  test('says so when an answer ends before its Content-Length', async () => {
    const answer = sendTo((request, response) => {
      response.writeHead(200, { 'Content-Length': '100' })
      response.write('half', () => request.socket.destroy())
    })

    await assert.rejects(answer, /closed after 4 bytes of the body/)
  })

  test('leaves no connection open when a header cannot be sent', async () => {
    await using server = await listenOn(() => {})
    const closed = new Promise((resolve) => {
      server.server.on('connection', (socket) => socket.on('error', () => {}).on('close', resolve))
    })

    const answer = createNodeSend()({
      method: 'POST',
      url: server.origin,
      headers: [['X-WOPI-Lock', 'a\n']],
    })

    await assert.rejects(answer, /Invalid character/)
    await closed
  })
})

describe('createNodeTransport', () => {
  test('names the whole address in the request line when it is told to', async () => {
    let target: string | undefined
    await using server = await listenOn((request, response) => {
      target = request.url
      response.end()
    })
    const url = `${server.origin}/a?b=c`

    await createNodeTransport().send({ method: 'GET', url, headers: [], absoluteForm: true })

    assert.equal(target, url)
  })

  test('reads the headers of an answer to HEAD, which has no body', async () => {
    await using server = await listenOn((_, response) => {
      response.writeHead(200, { 'Content-Length': '9' }).end()
    })
    const { send } = createNodeTransport()

    const answer = await send({ method: 'HEAD', url: server.origin, headers: [] })

    assert.deepEqual([headerOf(answer.headers, 'Content-Length'), answer.body.length], ['9', 0])
  })

  test('sends requests on one connection before the first answer has come', async () => {
    const arrived: string[] = []
    const held: (() => void)[] = []
    let connections = 0
    await using server = await listenOn((request, response) => {
      const { headers, url = '' } = request
      request.resume().on('end', () => {
        arrived.push(`${url} ${headers['x-name']} ${headers['content-length']}`)
        held.push(() => response.end(url))
        // The first answer waits for the second request.
        if (held.length === 2) for (const answer of held) answer()
      })
    })
    server.server.on('connection', () => connections++)
    const requestOf = (path: string) => ({
      method: 'POST',
      url: `${server.origin}${path}`,
      headers: [['X-Name', 'value']] as const,
      body: new TextEncoder().encode('body'),
    })

    const answers = await createNodeTransport().sendPipelined([requestOf('/1'), requestOf('/2')])

    assert.deepEqual(arrived, ['/1 value 4', '/2 value 4'])
    assert.deepEqual(
      answers.map(({ status, body }) => [status, new TextDecoder().decode(body)]),
      [
        [200, '/1'],
        [200, '/2'],
      ],
    )
    assert.equal(connections, 1)
  })

  test('gives up on pipelined answers that do not come, and sends no broken header', async () => {
    await using server = await listenOn(() => {})
    const request = { method: 'POST', url: server.origin, headers: [] }
    const { sendPipelined } = createNodeTransport({ timeoutMs: 50 })

    await assert.rejects(sendPipelined([request]), /within 50 ms/)
    await assert.rejects(
      sendPipelined([{ ...request, headers: [['X-WOPI-Lock', 'a\n']] }]),
      /Invalid character/,
    )
    await assert.rejects(sendPipelined([request], AbortSignal.abort(new Error('enough'))), /enough/)
  })
})
