import type { Chunk } from '../../src/protocol/chunking/chunk.ts'
import { encodeGetChunkedFileRequest, encodeGetChunksRequest } from '../../src/protocol/messages.ts'
import { CHUNKS_PER_STREAM_MAX, MAIN_CONTENT } from '../../src/protocol/names.ts'
import type { StreamSignature } from '../../src/protocol/signature.ts'
import { chunkIdOf } from '../../src/protocol/spooky/spooky.ts'
import { chunkFrames } from '../helpers/test-host.ts'
import { messageBody, putMessage } from '../helpers/wopi-story.ts'
import type { Ticket } from '../helpers/wopikit-process.ts'
import type { Answer, Assault } from './attack.ts'

/** The lock under which an attacker saves. */
export const LOCK = 'the lock of the attacker'

/** Two chunks of one byte each, and the ids by which they are named. */
const TWO_BYTES = [Uint8Array.of(1), Uint8Array.of(2)] as const

/** Chunks of one byte, each lying elsewhere than the one before. */
export function alternatingChunks(count: number): Chunk[] {
  const [odd, even] = TWO_BYTES.map((bytes) => ({ id: chunkIdOf(bytes), length: 1 }))
  if (!odd || !even) throw new Error('there are two bytes')
  return Array.from({ length: count }, (_, index) => (index % 2 === 0 ? odd : even))
}

/** A save of streams of alternating chunks of one byte, all that one stream may have. */
export function putAlternating(streamIds: readonly string[], count = CHUNKS_PER_STREAM_MAX) {
  const chunks = alternatingChunks(count)
  return putMessage(
    streamIds.map((streamId): StreamSignature => ({ streamId, scheme: 'Zip', chunks })),
    { inline: TWO_BYTES },
  )
}

/** A stream of frames, `count` chunks of one byte: what an upload session takes. */
export function oneByteFrames(count: number): Buffer {
  const frame = chunkFrames([TWO_BYTES[0]])
  return Buffer.alloc(frame.length * count, frame)
}

/** Asks for all of MainContent. */
export function getAll(): Uint8Array {
  const filter = { streamId: MAIN_CONTENT, chunksToReturn: 'All' as const, alreadyKnownChunks: [] }
  return messageBody(
    encodeGetChunkedFileRequest({ contentPropertiesToReturn: [], contentFilters: [filter] }),
  )
}

/** Asks for the same range of MainContent again and again. */
export function getSameRange(chunkId: string, length: number, times: number): Uint8Array {
  const range = { chunkId, offset: 0, length }
  const chunkRangesToReturn = Array.from({ length: times }, () => range)
  return messageBody(
    encodeGetChunksRequest({ contentFilters: [{ streamId: MAIN_CONTENT, chunkRangesToReturn }] }),
  )
}

/** Locks a document, as it must be to be saved. */
export function lock(assault: Assault, ticket: Ticket): Promise<Answer> {
  return assault.send(ticket, 'LOCK', { headers: { Lock: LOCK } })
}

/** Saves under the attacker's lock. @returns the new sequence number, or the one that was given */
export async function putChunked(
  assault: Assault,
  ticket: Ticket,
  sequenceNumber: number,
  body: Uint8Array,
): Promise<number> {
  const headers = { Lock: LOCK, SequenceNumber: sequenceNumber }
  const answer = await assault.send(ticket, 'PUT_CHUNKED_FILE', {
    headers,
    body,
    endpoint: '/contents',
  })
  return answer.status === 200 ? sequenceNumberOf(answer) : sequenceNumber
}

/** Saves a whole content under the attacker's lock. */
export function putFile(assault: Assault, ticket: Ticket, body: Uint8Array): Promise<Answer> {
  return assault.send(ticket, 'PUT', { headers: { Lock: LOCK }, body, endpoint: '/contents' })
}

/** Reads a document to its end. */
export function getFile(assault: Assault, ticket: Ticket): Promise<Answer> {
  return assault.send(ticket, 'GetFile', { method: 'GET', endpoint: '/contents' })
}

export async function readSequenceNumber(assault: Assault, ticket: Ticket): Promise<number> {
  return sequenceNumberOf(await assault.send(ticket, 'GET_SEQUENCE_NUMBER'))
}

function sequenceNumberOf({ headers }: Answer): number {
  return Number(headers['x-wopi-sequencenumber'])
}

/** Opens an upload session. @returns its token; empty when that was refused */
export async function openSession(assault: Assault, ticket: Ticket): Promise<string> {
  const answer = await assault.send(ticket, 'CREATE_UPLOAD_SESSION')
  if (answer.status !== 200) return ''
  return JSON.parse(answer.body.toString()).UploadSessionToken
}

/** Headers of an UpdateUploadSession. */
export function fragmentHeaders(token: string, offset: number, length: number) {
  return { UploadSessionToken: token, ContentRangeOffset: offset, ContentRangeLength: length }
}
