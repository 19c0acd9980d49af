import type { Chunk } from '../../protocol/chunking/chunk.ts'
import { END_FRAME, encodeFrameHeader, encodeMessage } from '../../protocol/frames/encoder.ts'
import {
  EXTENDED_HEADER_SIZE_AT,
  FRAME_HEADER_BYTES,
  PAYLOAD_SIZE_AT,
} from '../../protocol/frames/layout.ts'
import { encodeGetChunkedFileRequest } from '../../protocol/messages.ts'
import type { StreamSignature } from '../../protocol/signature.ts'
import { encodePutChunkedFileRequest } from '../../protocol/upload-messages.ts'
import type { Suite } from '../cases/case.ts'
import type { Request } from '../cases/request.ts'
import type { Body, RawFrame } from '../cases/values.ts'
import { bytesOf, type ContentChunk, chunksOf } from './content.ts'
import { resolve, resolveIfSaved, resolveJson, type State } from './state.ts'

type RequestOf<Operation> = Extract<Request, { operation: Operation }>

/** The body of a request that is written down. @throws CaseError */
export function rawBody(body: Body, state: State, resources: Suite['resources']): Uint8Array {
  if ('text' in body) return new TextEncoder().encode(resolve(state, body.text))
  if ('json' in body) return new TextEncoder().encode(JSON.stringify(resolveJson(state, body.json)))
  if ('frames' in body) {
    return concat(body.frames.flatMap((frame) => rawFrame(frame, state, resources)))
  }
  return bytesOf(body, resources)
}

/** Page "get-chunked-file". @throws CaseError */
export async function getChunkedFileBody(
  { propertiesToReturn, filters }: RequestOf<'GetChunkedFile'>,
  resources: Suite['resources'],
): Promise<Uint8Array> {
  const contentFilters = []
  for (const { streamId, scheme, chunksToReturn, existing } of filters) {
    const chunks = await chunksOf(existing, scheme, resources)
    const alreadyKnownChunks = [...new Set(chunks.map(({ id }) => id))]
    contentFilters.push({ streamId, chunkingScheme: scheme, chunksToReturn, alreadyKnownChunks })
  }
  const message = encodeGetChunkedFileRequest({
    contentPropertiesToReturn: [...propertiesToReturn],
    contentFilters,
  })
  return concat([encodeMessage(message), END_FRAME])
}

/** Page "put-chunked-file": every chunk that the host does not know goes once. @throws CaseError */
export async function putChunkedFileBody(
  { properties, streams, uploadSessionToken }: RequestOf<'PutChunkedFile'>,
  state: State,
  resources: Suite['resources'],
): Promise<Uint8Array> {
  const signatures: StreamSignature[] = []
  const sent = new Map<string, Uint8Array>()
  for (const { streamId, scheme, newContent, lastKnown } of streams) {
    const chunks = await chunksOf(newContent, scheme, resources)
    const known = new Set((await chunksOf(lastKnown, scheme, resources)).map(({ id }) => id))
    for (const { id, bytes } of chunks) if (!known.has(id)) sent.set(id, bytes)
    signatures.push({ streamId, scheme, chunks: chunks.map(signatureEntry) })
  }
  const token = resolveIfSaved(state, uploadSessionToken)
  const message = encodePutChunkedFileRequest({
    contentProperties: [...properties],
    signatures,
    ...(token && { uploadSessionTokenToCommit: token }),
  })
  return concat([encodeMessage(message), ...[...sent].flatMap(chunkFrame), END_FRAME])
}

function signatureEntry({ id, bytes }: ContentChunk): Chunk {
  return { id, length: bytes.length }
}

function chunkFrame([chunkId, bytes]: [string, Uint8Array]): Uint8Array[] {
  return [encodeFrameHeader({ type: 'Chunk', chunkId, payloadSize: bytes.length }), bytes]
}

/** Sizes are what the frame claims, so that it may be malformed. */
function rawFrame(frame: RawFrame, state: State, resources: Suite['resources']): Uint8Array[] {
  const { type, extendedHeader = new Uint8Array(0), payload, claims = {} } = frame
  const bytes = payload ? rawBody(payload, state, resources) : new Uint8Array(0)
  const header = new Uint8Array(FRAME_HEADER_BYTES)
  const view = new DataView(header.buffer)
  view.setUint32(0, type)
  view.setUint32(EXTENDED_HEADER_SIZE_AT, claims.extendedHeaderBytes ?? extendedHeader.length)
  view.setBigUint64(PAYLOAD_SIZE_AT, BigInt(claims.payloadBytes ?? bytes.length))
  return [header, extendedHeader, bytes]
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, { length }) => size + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
