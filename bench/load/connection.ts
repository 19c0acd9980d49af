import { connect, type Socket } from 'node:net'

/** The reply to one request. */
export interface Reply {
  status: number
  /** Status line and headers, in lower case. */
  head: string
  body: Buffer
}

/**
 * One HTTP/1.1 connection that is kept, with one request at a time: as cheap as a client can be, so
 * that the server is what is measured. It understands replies with a Content-Length, and chunked
 * ones that are empty.
 */
export interface Connection {
  /** @param head the request line and headers without Host and Content-Length, each line ended */
  send(head: string, body?: Uint8Array): Promise<Reply>
  close(): void
}

const HEAD_END = '\r\n\r\n'
/** A chunked body without any chunk. */
const NO_CHUNKS = '0\r\n\r\n'

export async function openConnection(origin: string): Promise<Connection> {
  const { hostname, port, host } = new URL(origin)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  const replies = readReplies(socket)
  return {
    send(head, body) {
      const reply = replies.next()
      const length = body?.length ?? 0
      socket.cork()
      socket.write(`${head}Host: ${host}\r\nContent-Length: ${length}${HEAD_END}`, 'latin1')
      if (body) socket.write(body)
      socket.uncork()
      return reply
    },
    close: () => socket.destroy(),
  }
}

function readReplies(socket: Socket): { next(): Promise<Reply> } {
  let pending = Buffer.alloc(0)
  let waiting: PromiseWithResolvers<Reply> | undefined
  const fail = (error: Error) => waiting?.reject(error)
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the server closed the connection')))
  socket.on('data', (bytes) => {
    pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes])
    try {
      const reply = takeReply(pending)
      if (!reply) return
      pending = pending.subarray(reply.size)
      waiting?.resolve(reply)
    } catch (error) {
      fail(error as Error)
    }
  })
  return {
    next() {
      waiting = Promise.withResolvers()
      return waiting.promise
    },
  }
}

function takeReply(bytes: Buffer): (Reply & { size: number }) | undefined {
  const end = bytes.indexOf(HEAD_END)
  if (end < 0) return
  const head = bytes.toString('latin1', 0, end).toLowerCase()
  const status = Number(head.slice('http/1.1 '.length, 'http/1.1 200'.length))
  const start = end + HEAD_END.length
  const chunked = head.includes('\r\ntransfer-encoding: chunked')
  const length = chunked ? 0 : Number(/\r\ncontent-length: (\d+)/.exec(head)?.[1] ?? 0)
  const size = start + length + (chunked ? NO_CHUNKS.length : 0)
  if (bytes.length < size) return
  if (chunked && bytes.toString('latin1', start, size) !== NO_CHUNKS)
    throw new Error('a reply came in chunks, which this client cannot read')
  return { status, head, body: bytes.subarray(start, start + length), size }
}

/** The value of a header of a reply; empty when it has none. */
export function headerOf(reply: Reply, name: string): string {
  return new RegExp(`\\r\\n${name.toLowerCase()}: ([^\\r]*)`).exec(reply.head)?.[1] ?? ''
}

/** @throws when the reply has another status, with what it says */
export function expectStatus(reply: Reply, ...wanted: number[]): Reply {
  if (!wanted.includes(reply.status))
    throw new Error(`the server answered\n${reply.head}\n${reply.body.subarray(0, 500)}`)
  return reply
}
