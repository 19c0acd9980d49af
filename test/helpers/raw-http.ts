import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** An answer as it stood on the wire. */
export interface WireReply {
  status: number
  /** By name in lower case. */
  headers: Record<string, string>
  body: Buffer
}

/** An HTTP client that does exactly what a test tells it, and nothing by itself. */
export interface RawHttp {
  readonly socket: Socket
  /** Writes and waits until the socket has taken it; rejects when the connection broke. */
  write(bytes: string | Uint8Array): Promise<void>
  /** Reads the next answer with a Content-Length. */
  reply(): Promise<WireReply>
  /** Everything that was received and not read yet, once it contains `text`. */
  waitFor(text: string): Promise<string>
  /** Resolves when the server has closed the connection, with what was not read. */
  closed(): Promise<Buffer>
  destroy(): void
}

/** Opens a connection. */
export async function openRawHttp(port: number): Promise<RawHttp> {
  const socket = connect(port, '127.0.0.1')
  let received: Buffer = Buffer.alloc(0)
  let ended = false
  let changed = Promise.withResolvers<void>()
  const notify = () => {
    changed.resolve()
    changed = Promise.withResolvers()
  }
  socket.on('data', (bytes) => {
    received = Buffer.concat([received, bytes])
    notify()
  })
  socket.on('close', () => {
    ended = true
    notify()
  })
  socket.on('error', () => {})
  await once(socket, 'connect')

  async function until<T>(look: () => T | undefined): Promise<T> {
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      if (ended) throw new Error(`The server closed the connection after: ${received}`)
      await changed.promise
    }
  }

  return {
    socket,
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => (error ? reject(error) : resolve()))
      }),
    reply: () =>
      until(() => {
        const parsed = parseReply(received)
        if (parsed) received = received.subarray(parsed.length)
        return parsed?.reply
      }),
    waitFor: (text) => until(() => (received.includes(text) ? received.toString() : undefined)),
    async closed() {
      while (!ended) await changed.promise
      return received
    },
    destroy: () => socket.destroy(),
  }
}

/** The head of a request; the body is up to the test. */
export function requestHead(
  method: string,
  target: string,
  headers: Record<string, string | number> = {},
): string {
  const lines = Object.entries({ Host: 'localhost', ...headers }).map(([n, v]) => `${n}: ${v}`)
  return `${[`${method} ${target} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`
}

function parseReply(bytes: Buffer): { reply: WireReply; length: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const start = headEnd + 4
  const end = start + Number(headers['content-length'] ?? 0)
  if (bytes.length < end) return undefined
  const status = Number(statusLine.split(' ')[1])
  return { reply: { status, headers, body: bytes.subarray(start, end) }, length: end }
}
