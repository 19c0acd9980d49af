import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'

/**
 * WOPI spoken by hand: requests, frames and messages written out as Microsoft's pages
 * "encode-send-data" and "put-chunked-file" describe them, without the project's own encoders, so
 * that an error in those cannot hide itself.
 */

export interface RawReply {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

/** The connection broke before the reply was whole: nobody knows whether the request counted. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError'
}

export interface RawRequest {
  method?: 'GET' | 'POST'
  /** Path and query. */
  target: string
  headers?: Record<string, string | number>
  body?: Uint8Array
}

/** Sends requests to one server over connections that it keeps. */
export interface RawClient {
  send(request: RawRequest): Promise<RawReply>
  close(): void
}

/** @param options.sockets most connections at a time */
export function createRawClient(origin: string, options: { sockets?: number } = {}): RawClient {
  const agent = new Agent({ keepAlive: true, maxSockets: options.sockets ?? 16 })
  return {
    send: (request) => sendRequest(agent, origin, request),
    close: () => agent.destroy(),
  }
}

function sendRequest(agent: Agent, origin: string, request: RawRequest): Promise<RawReply> {
  const { method = 'POST', target, headers = {}, body } = request
  return new Promise((resolve, reject) => {
    const lost = (cause: Error) => reject(new ConnectionLostError(cause.message, { cause }))
    const length = { 'Content-Length': body?.length ?? 0 }
    const sent = httpRequest(
      `${origin}${target}`,
      { method, agent, headers: method === 'GET' ? headers : { ...headers, ...length } },
      (reply) => {
        const parts: Buffer[] = []
        reply.on('data', (part: Buffer) => parts.push(part))
        reply.on('error', lost)
        reply.on('end', () => {
          if (!reply.complete) return lost(new Error('the reply broke off'))
          const status = reply.statusCode ?? 0
          resolve({ status, headers: reply.headers, body: Buffer.concat(parts) })
        })
      },
    )
    sent.on('error', lost)
    sent.end(body)
  })
}

const MESSAGE_JSON = 2
const CHUNK = 3
const END = frame(1)

/** One frame: type, size of the extended header, size of the payload, all big-endian. */
function frame(type: number, extendedHeader?: Uint8Array, payload?: Uint8Array): Buffer {
  const header = Buffer.alloc(16)
  header.writeUInt32BE(type, 0)
  header.writeUInt32BE(extendedHeader?.length ?? 0, 4)
  header.writeBigUInt64BE(BigInt(payload?.length ?? 0), 8)
  return Buffer.concat([header, extendedHeader ?? Buffer.alloc(0), payload ?? Buffer.alloc(0)])
}

/** A chunk with its id as a message writes it. */
export interface RawChunk {
  id: string
  bytes: Uint8Array
}

export function chunkFrame({ id, bytes }: RawChunk): Buffer {
  return frame(CHUNK, Buffer.from(id, 'base64'), bytes)
}

/** A body of PutChunkedFile that sets MainContent to these chunks. */
export function putChunkedFileBody(options: {
  scheme: 'Zip' | 'FullFile'
  chunks: readonly RawChunk[]
  /** Those whose bytes travel in this request. */
  inline?: readonly RawChunk[]
  sessionToken?: string
}): Buffer {
  const message = {
    ContentProperties: [],
    Signatures: [
      {
        StreamId: 'MainContent',
        ChunkingScheme: options.scheme,
        ChunkSignatures: options.chunks.map(({ id, bytes }) => ({
          ChunkId: id,
          Length: bytes.length,
        })),
      },
    ],
    UploadSessionTokenToCommit: options.sessionToken ?? null,
  }
  const json = Buffer.from(JSON.stringify(message))
  const inline = (options.inline ?? []).map(chunkFrame)
  return Buffer.concat([frame(MESSAGE_JSON, undefined, json), ...inline, END])
}

/** A body of GetChunkedFile that asks for all of MainContent, less the chunks that are known. */
export function getChunkedFileBody(options: { known?: readonly string[] } = {}): Buffer {
  const filter = {
    StreamId: 'MainContent',
    ChunkingScheme: 'Zip',
    ChunksToReturn: 'All',
    AlreadyKnownChunks: options.known ?? [],
  }
  const message = { ContentPropertiesToReturn: [], ContentFilters: [filter] }
  return Buffer.concat([frame(MESSAGE_JSON, undefined, Buffer.from(JSON.stringify(message))), END])
}

/**
 * The stream that a reply to GetChunkedFile describes, put together from its frames.
 *
 * @throws when the frames do not end properly or a chunk of the signature is not among them
 */
export function assembleChunkedFile(body: Buffer): Buffer {
  const payloads = new Map<string, Buffer>()
  let message: { Signatures: { ChunkSignatures: { ChunkId: string; Length: number }[] }[] } = {
    Signatures: [],
  }
  for (const { type, id, payload } of readFrames(body)) {
    if (type === MESSAGE_JSON) message = JSON.parse(payload.toString())
    if (type === CHUNK) payloads.set(id, payload)
  }
  const chunks = message.Signatures[0]?.ChunkSignatures ?? []
  return Buffer.concat(
    chunks.map(({ ChunkId, Length }) => {
      const payload = payloads.get(ChunkId)
      if (payload?.length !== Length) throw new Error(`chunk ${ChunkId} did not come whole`)
      return payload
    }),
  )
}

function* readFrames(body: Buffer): Generator<{ type: number; id: string; payload: Buffer }> {
  let position = 0
  for (;;) {
    if (position + 16 > body.length) throw new Error('the frames end without an EndFrame')
    const type = body.readUInt32BE(position)
    if (type === 1) return
    const extended = position + 16
    const start = extended + body.readUInt32BE(position + 4)
    const end = start + Number(body.readBigUInt64BE(position + 8))
    if (end > body.length) throw new Error('a frame is longer than the body')
    const id = body.toString('base64', extended, extended + 16)
    yield { type, id, payload: body.subarray(start, end) }
    position = end
  }
}
