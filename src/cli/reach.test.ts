import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Command } from 'commander'
import { getCommand } from './get.ts'
import { putCommand } from './put.ts'
import type { TransferIo } from './transfer.ts'
import { validateCommand } from './validate.ts'

let folder: string
const servers: Server[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wopikit-reach-'))
  await writeFile(join(folder, 'a.docx'), 'content')
})
afterEach(async () => {
  for (const server of servers.splice(0)) server.close()
  await rm(folder, { recursive: true })
})

async function listen(server: Server): Promise<string> {
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `127.0.0.1:${(server.address() as AddressInfo).port}/wopi/files/1?access_token=secret`
}

/** Answers both schemes in the words of TLS servers: 400 to plain HTTP, an alert to a handshake. */
function createProxy(): Server {
  const HANDSHAKE = 22
  const ALERT = Uint8Array.of(21, 3, 3, 0, 2, 2, 40)
  return createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (bytes) =>
      socket.end(bytes[0] === HANDSHAKE ? ALERT : 'HTTP/1.1 400 Bad Request\r\n\r\nUse HTTPS'),
    )
  })
}

/** Runs a command, and sends Ctrl-C when it announces another try for the `stopAt`th time. */
async function run(command: (io: TransferIo) => Command, words: string[], stopAt = 1) {
  const signals = new EventEmitter()
  const ran = { stderr: '', code: 0 }
  const io: TransferIo = {
    env: { INIT_CWD: folder, XDG_STATE_HOME: join(folder, 'state') },
    stdout: { write() {} },
    stderr: {
      write(text) {
        ran.stderr += text
        if (ran.stderr.split('Trying again').length > stopAt) signals.emit('SIGINT')
      },
    },
    exit: (code) => {
      ran.code = code
    },
    signals,
  }
  await command(io).parseAsync(words, { from: 'user' })
  return ran
}

const put = (address: string, stopAt?: number) => run(putCommand, ['a.docx', address], stopAt)

describe('a host that cannot be reached', () => {
  test('is reported after the first failure, and each further try is shown', async () => {
    const server = createServer()
    const address = await listen(server)
    server.close()

    const { stderr, code } = await put(`http://${address}`, 2)

    assert.equal(code, 130)
    const [first = '', advice, retry, second, further] = stderr.split('\n')
    assert.match(first, /^GetChunkedFile: no answer: nothing listens there \(ECONNREFUSED\)$/)
    assert.equal(advice, 'Is the host running, and is WOPISRC right?')
    assert.match(retry ?? '', /^Trying again in 0\.\d s \(try 2 of 8\)\.$/)
    assert.equal(second, first)
    assert.match(further ?? '', /^Trying again in \d\.\d s \(try 3 of 8\)\.$/)
  })

  test('is reported at once when it speaks https and the address says http', async () => {
    const closing = await listen(createHttpsServer({}))
    const answering = await listen(createProxy())
    const words = /it speaks https there: give the address with https:\/\//

    for (const address of [closing, answering]) {
      const sent = await put(`http://${address}`)
      const got = await run(getCommand, [`http://${address}`, '-o', 'b.docx'])
      const validated = await run(validateCommand, ['--wopisrc', `http://${address}`])

      for (const { stderr, code } of [sent, got, validated]) {
        assert.equal(code, 4, stderr)
        assert.match(stderr, words)
        assert.doesNotMatch(stderr, /Trying again/)
      }
    }
  })

  test('is reported at once when it speaks http and the address says https', async () => {
    const address = await listen(createHttpServer((_, response) => response.end()))

    const sent = await put(`https://${address}`)
    const validated = await run(validateCommand, ['--wopisrc', `https://${address}`])

    for (const { stderr, code } of [sent, validated]) {
      assert.equal(code, 4, stderr)
      assert.match(stderr, /it speaks plain http there: give the address with http:\/\//)
      assert.doesNotMatch(stderr, /Trying again/)
    }
  })

  test('is not taken for an https host when it refuses a request with 400', async () => {
    const server = createHttpServer((_, response) => response.writeHead(400).end())

    const { stderr, code } = await put(`http://${await listen(server)}`)

    assert.equal(code, 1)
    assert.match(stderr, /the host answered 400/)
  })
})
