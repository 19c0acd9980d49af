import { HEADERS } from '../protocol/names.ts'
import { type ChunkEvent, type OpenChunk, readFramedReply } from './chunk-events.ts'
import { badReply, missingHeader, readNumber } from './errors.ts'
import { type OperationRequest, readPieces } from './transport.ts'

/** Which state of the document an answer tells of. */
export interface DocumentState {
  /** `X-WOPI-SequenceNumber`. */
  sequenceNumber: number
  /** `X-WOPI-ItemVersion`. */
  itemVersion: string | undefined
}

/** An answer of frames: read `chunks` to their end, or `close` it. */
export interface ChunkedReply<Message> extends DocumentState {
  message: Message
  /** Rejects with `NETWORK` when the connection breaks, `BAD_REPLY` when a hash is wrong. */
  chunks: AsyncGenerator<ChunkEvent, void, undefined>
  close(): Promise<void>
}

/** Reads an answer of frames up to its chunks. */
export async function readChunked<Message>(
  request: OperationRequest,
  reply: Response,
  format: { chunkFrames: 'Chunk' | 'ChunkRange'; parse: (bytes: Uint8Array) => Message },
  open: OpenChunk,
): Promise<ChunkedReply<Message>> {
  const body = readPieces(reply, request)
  const framed = await readFramedReply(request.operation, body, format.chunkFrames, open)
  try {
    const message = parsed(request, () => format.parse(framed.message))
    return { ...framed, ...stateOf(request, reply), message }
  } catch (error) {
    await framed.close()
    throw error
  }
}

/** @throws WopiClientError `BAD_REPLY` when the answer does not tell */
export function stateOf({ operation }: OperationRequest, reply: Response): DocumentState {
  const { headers } = reply
  const sequenceNumber = readNumber(headers.get(HEADERS.sequenceNumber))
  if (sequenceNumber === undefined) {
    throw missingHeader(operation, reply, HEADERS.sequenceNumber)
  }
  return { sequenceNumber, itemVersion: headers.get(HEADERS.itemVersion) ?? undefined }
}

/** Runs `parse`; what it throws becomes a `BAD_REPLY`. */
export function parsed<T>({ operation }: OperationRequest, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw badReply(operation, `the reply cannot be read: ${reason}`, error)
  }
}
