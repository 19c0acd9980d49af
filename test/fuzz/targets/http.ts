import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../../src/server/config.ts'
import { createLog } from '../../../src/server/logging.ts'
import { startServer } from '../../../src/server/run.ts'
import type { FuzzTarget, OpenedTarget } from '../target.ts'

/** Inputs name the path of a document and its token so, since both change from run to run. */
const DOCUMENT = '/wopi/files/DOC'
const TOKEN = 'TOKEN'
const ANSWER_MS = 3000

const REQUESTS = [
  `GET ${DOCUMENT}?access_token=${TOKEN} HTTP/1.1\r\nHost: a\r\n\r\n`,
  `GET ${DOCUMENT}/contents?access_token=${TOKEN} HTTP/1.1\r\nHost: a\r\nRange: bytes=0-5\r\n\r\n`,
  `POST ${DOCUMENT}?access_token=${TOKEN} HTTP/1.1\r\nHost: a\r\nX-WOPI-Override: LOCK\r\nX-WOPI-Lock: l\r\nContent-Length: 0\r\n\r\n`,
  `POST ${DOCUMENT}/contents?access_token=${TOKEN} HTTP/1.1\r\nHost: a\r\nX-WOPI-Override: PUT\r\nX-WOPI-Lock: l\r\nContent-Length: 5\r\n\r\nhello`,
  `POST ${DOCUMENT}/contents?access_token=${TOKEN} HTTP/1.1\r\nHost: a\r\nX-WOPI-Override: PUT_CHUNKED_FILE\r\nX-WOPI-SequenceNumber: 1\r\nX-WOPI-Lock: l\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\r\n0\r\n\r\n`,
  `POST ${DOCUMENT}?access_token=${TOKEN} HTTP/1.1\r\nHost: a\r\nX-WOPI-Override: GET_CHUNKED_FILE\r\nContent-Length: 16\r\nExpect: 100-continue\r\n\r\n\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0`,
  `POST ${DOCUMENT}?access_token=${TOKEN} HTTP/1.1\r\nHost: a\r\nX-WOPI-Override: PUT_RELATIVE\r\nX-WOPI-SuggestedTarget: +AGE-.docx\r\nContent-Length: 1\r\n\r\na`,
]

/** Raw HTTP against a server: it answers in words, logs no error, and goes on answering. */
export const http: FuzzTarget = {
  name: 'http',
  dictionary: [
    ...['\r\n', '\r\n\r\n', ' HTTP/1.1', 'Content-Length: ', 'Transfer-Encoding: chunked\r\n'],
    ...['%00', '..%2f', ';', '?', '#', 'http://h/', 'X-WOPI-Override: GET_LOCK\r\n', '\0'],
    ...['X-WOPI-Override: CREATE_UPLOAD_SESSION\r\n', 'X-WOPI-Override: UPDATE_UPLOAD_SESSION\r\n'],
    ...['X-WOPI-Override: ADD_ACTIVITIES\r\n', 'X-WOPI-Override: RENAME_FILE\r\n'],
  ],
  seeds: () => REQUESTS.map((text) => new Uint8Array(Buffer.from(text, 'latin1'))),
  open: openServer,
}

async function openServer(): Promise<OpenedTarget> {
  const data = await mkdtemp(join(tmpdir(), 'wopikit-fuzz-'))
  const errors: string[] = []
  const log = createLog('error', { write: (line) => errors.push(line) })
  const server = await startServer(readConfig({ file: { port: 0, data } }), { log })
  const { accessToken } = await server.access.mint({
    fileId: server.sampleFileId,
    userId: 'fuzzer',
    displayName: 'Fuzzer',
    permissions: ['read', 'write', 'create'],
    ttlMs: 24 * 3_600_000,
  })
  const port = Number(new URL(server.url).port)
  return {
    async run(input) {
      const text = Buffer.from(input)
        .toString('latin1')
        .replaceAll(DOCUMENT, `/wopi/files/${server.sampleFileId}`)
        .replaceAll(TOKEN, accessToken)
      const answer = await exchange(port, Buffer.from(text, 'latin1'))
      if (answer.length > 0 && !answer.startsWith('HTTP/1.1 '))
        throw new Error(`It answered ${JSON.stringify(answer.slice(0, 60))}`)
      const error = errors.splice(0).find((line) => !isOfLeaving(line))
      if (error !== undefined) throw new Error(`It logged ${error}`)
    },
    async [Symbol.asyncDispose]() {
      server.cut()
      await server.close()
      await rm(data, { recursive: true })
    },
  }
}

/** Whether a line of the log tells of nothing but a client that has left. */
function isOfLeaving(line: string): boolean {
  const { aborted, err } = JSON.parse(line) as { aborted?: boolean; err?: { name?: string } }
  return aborted === true || err?.name === 'AbortError'
}

/** Sends bytes and the end of them; what is answered until the server has closed, too. */
async function exchange(port: number, bytes: Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.on('data', (part) => {
    answer += part.toString('latin1', 0, 100)
  })
  socket.on('error', () => {})
  let late = false
  const limit = setTimeout(() => {
    late = true
    socket.destroy()
  }, ANSWER_MS)
  const closed = once(socket, 'close').catch(() => {})
  socket.end(bytes)
  await closed
  clearTimeout(limit)
  if (late) throw new Error(`It has not closed the connection in ${ANSWER_MS} ms`)
  return answer
}
