import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readAnswers } from './node-answers.ts'

const MAX_BYTES = 100

/** Reads answers that come in parts of a few bytes, however they are cut. */
function read(text: string, methods: readonly string[], bytes = 7) {
  return readAnswers(partsOf(text, bytes), methods, MAX_BYTES)
}

async function* partsOf(text: string, bytes: number): AsyncGenerator<Uint8Array> {
  const whole = Buffer.from(text, 'latin1')
  for (let at = 0; at < whole.length; at += bytes) yield whole.subarray(at, at + bytes)
}

const OK = 'HTTP/1.1 200 OK\r\nX-Name: a: b \r\nContent-Length: 4\r\n\r\nbody'

describe('readAnswers', () => {
  for (const bytes of [1, 7, 1000])
    test(`reads answers one behind the other, in parts of ${bytes} bytes`, async () => {
      const answers = await read(
        `${OK}HTTP/1.1 409 \r\nContent-Length: 0\r\n\r\n`,
        ['GET', 'POST'],
        bytes,
      )

      assert.deepEqual(
        answers.map(({ status, body }) => [status, Buffer.from(body).toString()]),
        [
          [200, 'body'],
          [409, ''],
        ],
      )
      assert.deepEqual(answers[0]?.headers, [
        ['X-Name', 'a: b'],
        ['Content-Length', '4'],
      ])
    })

  test('reads bodies in chunks, with what stands behind them', async () => {
    const chunked =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n'

    const answers = await read(`${chunked}${OK}`, ['GET', 'GET'])

    assert.deepEqual(
      answers.map(({ body }) => Buffer.from(body).toString()),
      ['abc0123456789', 'body'],
    )
  })

  test('expects no body of HEAD, 204 and 304, and passes over 1xx', async () => {
    const bare = (status: number) => `HTTP/1.1 ${status} X\r\nContent-Length: 4\r\n\r\n`

    const answers = await read(
      `HTTP/1.1 100 Continue\r\n\r\n${bare(200)}${bare(304)}${bare(204)}${OK}`,
      ['HEAD', 'GET', 'POST', 'GET'],
    )

    assert.deepEqual(
      answers.map(({ status, body }) => [status, body.length]),
      [
        [200, 0],
        [304, 0],
        [204, 0],
        [200, 4],
      ],
    )
  })

  test('reads a body without length up to the end of the connection', async () => {
    const [answer] = await read('HTTP/1.1 200 OK\r\n\r\nup to the end', ['GET'])

    assert.equal(Buffer.from(answer?.body ?? []).toString(), 'up to the end')
  })

  test('gives fewer answers when the connection ends between two of them', async () => {
    const answers = await read(OK, ['GET', 'GET', 'GET'])

    assert.equal(answers.length, 1)
  })

  test('rejects what is no answer, breaks off or is too large', async () => {
    const wrong: [text: string, expected: RegExp][] = [
      ['', /closed without an answer/],
      ['SSH-2.0\r\n\r\n', /Expected the status of an answer, got "SSH-2.0"/],
      ['HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', /in the middle of an answer/],
      ['HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n', /more than 100 bytes/],
      ['HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n', /no length/],
      [`HTTP/1.1 200 OK\r\n\r\n${'a'.repeat(101)}`, /more than 100 bytes/],
      ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n', /more than 100 bytes/],
      ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', /no length/],
      [`HTTP/1.1 200 OK\r\n${'a'.repeat(70_000)}`, /too long/],
      [`HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(1001)}`, /too many headers/],
    ]

    for (const [text, expected] of wrong) await assert.rejects(read(text, ['GET']), expected)
  })
})
