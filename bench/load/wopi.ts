import type { Chunk } from '../../src/protocol/chunking/chunk.ts'
import { END_FRAME, encodeMessage } from '../../src/protocol/frames/encoder.ts'
import { encodeGetChunkedFileRequest } from '../../src/protocol/messages.ts'
import { MAIN_CONTENT } from '../../src/protocol/names.ts'
import {
  encodePutChunkedFileRequest,
  parseCreateUploadSessionResponse,
} from '../../src/protocol/upload-messages.ts'
import type { Ticket } from '../../test/helpers/wopikit-process.ts'
import { type Connection, expectStatus, headerOf, type Reply } from './connection.ts'

/** The head of a WOPI request, as `Connection.send` takes it. */
export function wopiHead(
  ticket: Ticket,
  operation: string,
  headers: Record<string, string | number> = {},
  endpoint: '' | '/contents' = '',
): string {
  const lines = Object.entries(headers).map(([name, value]) => `X-WOPI-${name}: ${value}\r\n`)
  const target = `${ticket.path}${endpoint}?access_token=${ticket.token}`
  return `POST ${target} HTTP/1.1\r\nX-WOPI-Override: ${operation}\r\n${lines.join('')}`
}

/** Opens an upload session. @returns its token */
export async function createSession(connection: Connection, ticket: Ticket): Promise<string> {
  const reply = await connection.send(wopiHead(ticket, 'CREATE_UPLOAD_SESSION'))
  return parseCreateUploadSessionResponse(expectStatus(reply, 200).body).uploadSessionToken
}

/** Sends a stream of frames to a session, one fragment after the other. */
export async function sendFragments(options: {
  connection: Connection
  ticket: Ticket
  token: string
  bytes: Uint8Array
  fragmentBytes: number
}): Promise<void> {
  const { connection, ticket, token, bytes, fragmentBytes } = options
  for (let offset = 0; offset < bytes.length; offset += fragmentBytes) {
    const fragment = bytes.subarray(offset, offset + fragmentBytes)
    const head = wopiHead(ticket, 'UPDATE_UPLOAD_SESSION', {
      UploadSessionToken: token,
      ContentRangeOffset: offset,
      ContentRangeLength: fragment.length,
    })
    expectStatus(await connection.send(head, fragment), 200)
  }
}

/** The body of a PutChunkedFile that makes MainContent of these chunks. */
export function putChunkedFileBody(options: {
  chunks: readonly Chunk[]
  sessionToken?: string
  /** Chunk frames that travel in this request. */
  frames?: Uint8Array
}): Buffer {
  const { chunks, sessionToken, frames } = options
  const message = encodePutChunkedFileRequest({
    contentProperties: [],
    signatures: [{ streamId: MAIN_CONTENT, scheme: 'Zip', chunks: [...chunks] }],
    ...(sessionToken && { uploadSessionTokenToCommit: sessionToken }),
  })
  return Buffer.concat([encodeMessage(message), frames ?? Buffer.alloc(0), END_FRAME])
}

/** Sends a PutChunkedFile. @returns the new sequence number */
export async function putChunkedFile(
  connection: Connection,
  ticket: Ticket,
  headers: Record<string, string | number>,
  body: Uint8Array,
): Promise<number> {
  const head = wopiHead(ticket, 'PUT_CHUNKED_FILE', headers, '/contents')
  return sequenceNumberOf(expectStatus(await connection.send(head, body), 200))
}

/** Replaces the whole content. */
export async function putFile(
  connection: Connection,
  ticket: Ticket,
  headers: Record<string, string | number>,
  body: Uint8Array,
): Promise<void> {
  const head = wopiHead(ticket, 'PUT', headers, '/contents')
  expectStatus(await connection.send(head, body), 200)
}

export async function readSequenceNumber(connection: Connection, ticket: Ticket): Promise<number> {
  const reply = await connection.send(wopiHead(ticket, 'GET_SEQUENCE_NUMBER'))
  return sequenceNumberOf(expectStatus(reply, 200))
}

function sequenceNumberOf(reply: Reply): number {
  return Number(headerOf(reply, 'X-WOPI-SequenceNumber'))
}

/** The body of a GetChunkedFile that asks for everything. */
export function getChunkedFileBody(): Buffer {
  const message = encodeGetChunkedFileRequest({
    contentPropertiesToReturn: [],
    contentFilters: [{ streamId: MAIN_CONTENT, chunksToReturn: 'All', alreadyKnownChunks: [] }],
  })
  return Buffer.concat([encodeMessage(message), END_FRAME])
}
