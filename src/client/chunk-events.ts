import type { ChunkId } from '../protocol/chunking/chunk.ts'
import { chunkIdFromBytes } from '../protocol/chunking/chunk-id.ts'
import { createFrameDecoder, type FrameDecoder } from '../protocol/frames/decoder.ts'
import { FrameError } from '../protocol/frames/frame-error.ts'
import type { Frame } from '../protocol/frames/layout.ts'
import { MESSAGE_JSON_MAX_BYTES } from '../protocol/names.ts'
import { type ChunkHash, createHash } from '../protocol/spooky/spooky.ts'
import { badReply, networkFailure } from './errors.ts'

/** What comes out of the chunk frames of a reply, in the order in which it arrives. */
export type ChunkEvent =
  | {
      kind: 'bytes'
      id: ChunkId
      /** Of the first byte, within the chunk. */
      offset: number
      /** Valid until the next event is asked for. */
      bytes: Uint8Array<ArrayBuffer>
    }
  /** All bytes of the chunk have come and hash to its id. */
  | { kind: 'verified'; id: ChunkId; length: number }

/**
 * How far the chunk has come that is arriving now. Given to the next request after a broken one, it
 * lets a chunk be verified that came in several ranges.
 */
export interface OpenChunk {
  id: ChunkId | undefined
  /** Bytes received from the start of the chunk without a gap. */
  received: number
  readonly hash: ChunkHash
}

/** A reply of frames whose MessageJSON has been read. */
export interface FramedReply {
  message: Uint8Array
  chunks: AsyncGenerator<ChunkEvent, void, undefined>
  /** Closes the connection; for those who do not read the chunks to their end. */
  close(): Promise<void>
}

type ReceivedFrame =
  | { type: 'Chunk'; id: ChunkId }
  | { type: 'ChunkRange'; id: ChunkId; offset: number; last: boolean }

/**
 * Starts a chunk that may come in several ranges, and over several connections.
 *
 * @example
 * ```ts
 * import { createOpenChunk, createWopiClient } from 'wopikit/client'
 *
 * const client = createWopiClient({ wopiSrc, accessToken })
 * const open = createOpenChunk()
 * const reply = await client.getChunkedFile(
 *   {
 *     contentPropertiesToReturn: [],
 *     contentFilters: [
 *       { streamId: 'MainContent', chunksToReturn: 'All', alreadyKnownChunks: [] },
 *     ],
 *   },
 *   { open },
 * )
 * let verified = 0
 * for await (const event of reply.chunks) if (event.kind === 'verified') verified += 1
 *
 * assert.equal(verified, reply.message.signatures[0]?.chunks.length)
 * ```
 */
export function createOpenChunk(): OpenChunk {
  return { id: undefined, received: 0, hash: createHash() }
}

/**
 * Reads the MessageJSON of a reply and leaves the chunks to be pulled.
 *
 * @throws WopiClientError `BAD_REPLY` when the frames are not what the page "encode-send-data" says
 */
export async function readFramedReply(
  operation: string,
  body: AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>,
  chunkFrames: 'Chunk' | 'ChunkRange',
  open: OpenChunk,
): Promise<FramedReply> {
  const decoder = createFrameDecoder({ allow: ['MessageJSON', chunkFrames, 'EndFrame'] })
  const frames = decodeFrames(operation, decoder, body)
  const close = async () => {
    await frames.return()
  }
  try {
    const message = await readMessage(operation, frames)
    return { message, chunks: readChunks(operation, frames, open), close }
  } catch (error) {
    await close()
    throw error
  }
}

type Frames = ReturnType<typeof decodeFrames>

async function* decodeFrames(
  operation: string,
  decoder: FrameDecoder,
  body: AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>,
) {
  try {
    for await (const bytes of body) yield* decoder.push(bytes)
  } catch (error) {
    if (!(error instanceof FrameError)) throw error
    throw badReply(operation, `the reply cannot be read: ${error.message}`, error)
  }
  // A proxy may end a broken reply as if it were whole.
  if (!decoder.ended) throw networkFailure(operation, 'the reply ends before its EndFrame')
}

async function readMessage(operation: string, frames: Frames): Promise<Uint8Array> {
  const { value: first } = await frames.next()
  if (first?.kind !== 'frame' || first.frame.type !== 'MessageJSON') {
    throw badReply(operation, 'the reply does not begin with a MessageJSON')
  }
  if (first.frame.payloadSize > MESSAGE_JSON_MAX_BYTES) {
    throw badReply(operation, `a MessageJSON of ${first.frame.payloadSize} bytes is too large`)
  }
  const message = new Uint8Array(first.frame.payloadSize)
  let length = 0
  for (;;) {
    const { value: event } = await frames.next()
    if (event?.kind !== 'payload') return message
    message.set(event.bytes, length)
    length += event.bytes.length
  }
}

async function* readChunks(
  operation: string,
  frames: Frames,
  open: OpenChunk,
): AsyncGenerator<ChunkEvent, void, undefined> {
  let frame: ReceivedFrame | undefined
  let offset = 0
  for await (const event of frames) {
    if (event.kind === 'frame') {
      frame = asChunkFrame(operation, event.frame)
      offset = frame?.type === 'ChunkRange' ? frame.offset : 0
      if (frame) enter(open, frame.id, offset)
    } else if (frame && event.kind === 'payload') {
      take(open, frame.id, event.bytes)
      yield { kind: 'bytes', id: frame.id, offset, bytes: event.bytes }
      offset += event.bytes.length
    } else if (frame && event.kind === 'end' && completes(frame, open)) {
      yield { kind: 'verified', id: frame.id, length: verify(operation, open, frame.id) }
    }
  }
}

/** `undefined` for the EndFrame. */
function asChunkFrame(operation: string, frame: Frame): ReceivedFrame | undefined {
  if (frame.type === 'EndFrame') return undefined
  if (frame.type === 'MessageJSON') throw badReply(operation, 'the reply has a second MessageJSON')
  return frame.type === 'Chunk'
    ? { type: 'Chunk', id: frame.chunkId }
    : { type: 'ChunkRange', id: frame.chunkId, offset: frame.offset, last: frame.endOfChunk }
}

/** A range that does not go on where the chunk stands leaves it without verification. */
function enter(open: OpenChunk, id: ChunkId, offset: number): void {
  if (offset === 0) {
    open.id = id
    open.received = 0
    open.hash.reset()
  } else if (open.id !== id || open.received !== offset) {
    open.id = undefined
  }
}

function take(open: OpenChunk, id: ChunkId, bytes: Uint8Array): void {
  if (open.id !== id) return
  open.hash.update(bytes)
  open.received += bytes.length
}

function completes(frame: ReceivedFrame, open: OpenChunk): boolean {
  return open.id === frame.id && (frame.type === 'Chunk' || frame.last)
}

function verify(operation: string, open: OpenChunk, id: ChunkId): number {
  const actual = chunkIdFromBytes(open.hash.digest())
  open.id = undefined
  if (actual === id) return open.received
  throw badReply(operation, `the bytes of chunk ${id} hash to ${actual}: damaged on the way?`)
}
