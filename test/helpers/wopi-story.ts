import assert from 'node:assert/strict'
import { type FailureCode, WopiError } from '../../src/protocol/errors.ts'
import { createFrameDecoder } from '../../src/protocol/frames/decoder.ts'
import { END_FRAME, encodeMessage } from '../../src/protocol/frames/encoder.ts'
import {
  type ContentProperty,
  encodeGetChunkedFileRequest,
  encodeGetChunksRequest,
  type GetChunkedFileRequest,
  type GetChunkedFileResponse,
  type GetChunksRequest,
  parseGetChunkedFileResponse,
} from '../../src/protocol/messages.ts'
import type { StreamSignature } from '../../src/protocol/signature.ts'
import { chunkIdOf } from '../../src/protocol/spooky/spooky.ts'
import { encodePutChunkedFileRequest } from '../../src/protocol/upload-messages.ts'
import { joinEvents, type WholeFrame } from './frames.ts'
import {
  chunkFrames,
  concat,
  type SendOptions,
  type TestHost,
  type TestReply,
} from './test-host.ts'

/** Opens an upload session and gives its token. */
export async function openSession(host: TestHost, options: SendOptions = {}): Promise<string> {
  const reply = await host.send('CREATE_UPLOAD_SESSION', options)
  assert.equal(reply.status, 200, reply.text)
  return JSON.parse(reply.text).UploadSessionToken
}

/** UpdateUploadSession with the headers that belong to the fragment. */
export function append(
  host: TestHost,
  session: string,
  offset: number,
  fragment: Uint8Array,
  options: SendOptions = {},
): Promise<TestReply> {
  return host.send('UPDATE_UPLOAD_SESSION', {
    body: fragment,
    ...options,
    headers: {
      'X-WOPI-UploadSessionToken': session,
      'X-WOPI-ContentRangeOffset': String(offset),
      'X-WOPI-ContentRangeLength': String(fragment.length),
      ...options.headers,
    },
  })
}

/** Where a reply says that the session stands, in bytes. */
export function offsetOf(reply: TestReply): number {
  return Number(reply.headers.get('X-WOPI-UploadSessionCurrentOffset') ?? Number.NaN)
}

/** A signature that declares these chunks. */
export function signatureOf(
  chunks: readonly Uint8Array[],
  options: { streamId?: string; scheme?: StreamSignature['scheme'] } = {},
): StreamSignature {
  return {
    streamId: options.streamId ?? 'MainContent',
    scheme: options.scheme ?? (chunks.length === 1 ? 'FullFile' : 'Zip'),
    chunks: chunks.map((bytes) => ({ id: chunkIdOf(bytes), length: bytes.length })),
  }
}

/** The body of a PutChunkedFile. */
export function putMessage(
  signatures: StreamSignature[],
  options: {
    inline?: readonly Uint8Array[]
    properties?: ContentProperty[]
    session?: string
  } = {},
): Uint8Array {
  const message = encodePutChunkedFileRequest({
    contentProperties: options.properties ?? [],
    signatures,
    ...(options.session !== undefined && { uploadSessionTokenToCommit: options.session }),
  })
  return concat([encodeMessage(message), chunkFrames(options.inline ?? []), END_FRAME])
}

/** PutChunkedFile against the state that the host is in, unless a number is given. */
export async function putChunked(
  host: TestHost,
  body: Uint8Array | AsyncIterable<Uint8Array>,
  options: SendOptions & { lock?: string; coauthLock?: string; sequenceNumber?: number } = {},
): Promise<TestReply> {
  const { lock, coauthLock, sequenceNumber = await sequenceNumberOf(host), ...rest } = options
  return host.send('PUT_CHUNKED_FILE', {
    contents: true,
    body,
    ...rest,
    headers: {
      'X-WOPI-SequenceNumber': String(sequenceNumber),
      ...(lock !== undefined && { 'X-WOPI-Lock': lock }),
      ...(coauthLock !== undefined && { 'X-WOPI-CoauthLockId': coauthLock }),
      ...rest.headers,
    },
  })
}

export async function sequenceNumberOf(host: TestHost): Promise<number> {
  return (await documentOf(host)).sequenceNumber
}

export async function documentOf(host: TestHost) {
  const found = await host.content.metadata.readDocument(host.fileId)
  assert.ok(found)
  return found.document
}

/** GetCoauthLock. */
export function takeCoauthLock(
  host: TestHost,
  lockId: string,
  options: SendOptions & { type?: string; timeout?: number; metadata?: string } = {},
): Promise<TestReply> {
  const { type = 'Coauth', timeout = 1800, metadata = '', ...rest } = options
  return host.send('GET_COAUTH_LOCK', {
    ...rest,
    headers: {
      'X-WOPI-CoauthLockId': lockId,
      'X-WOPI-CoauthLockType': type,
      'X-WOPI-CoauthLockExpirationTimeout': String(timeout),
      'X-WOPI-CoauthLockMetadata': metadata,
      ...rest.headers,
    },
  })
}

/** A body of a MessageJSON and an EndFrame. */
export function messageBody(json: Uint8Array | string): Uint8Array {
  const bytes = typeof json === 'string' ? new TextEncoder().encode(json) : json
  return concat([encodeMessage(bytes), END_FRAME])
}

type Filter = Partial<GetChunkedFileRequest['contentFilters'][number]>

export interface ChunkedFile {
  reply: TestReply
  message: GetChunkedFileResponse
  chunks: WholeFrame[]
}

/** GetChunkedFile; filters are for all of the MainContent unless they say otherwise. */
export async function getChunkedFile(
  host: TestHost,
  filters: readonly Filter[] = [{}],
  properties: string[] = [],
): Promise<ChunkedFile> {
  const json = encodeGetChunkedFileRequest({
    contentPropertiesToReturn: properties,
    contentFilters: filters.map((filter) => ({
      streamId: 'MainContent',
      chunksToReturn: 'All',
      alreadyKnownChunks: [],
      ...filter,
    })),
  })
  const reply = await host.send('GET_CHUNKED_FILE', { body: messageBody(json) })
  assert.equal(reply.status, 200, reply.headers.get('X-WOPI-FailureReason') ?? '')
  const { message, frames } = readFrames(reply.body)
  return { reply, message: parseGetChunkedFileResponse(message), chunks: frames }
}

/** GetChunks of ranges of streams. */
export function getChunks(
  host: TestHost,
  contentFilters: GetChunksRequest['contentFilters'],
): Promise<TestReply> {
  const body = messageBody(encodeGetChunksRequest({ contentFilters }))
  return host.send('GET_CHUNKS', { body })
}

/** The message of a body, and the frames between it and the EndFrame, which must be there. */
export function readFrames(body: Uint8Array): { message: Uint8Array; frames: WholeFrame[] } {
  const decoder = createFrameDecoder()
  const all = joinEvents(decoder.push(body))
  decoder.finish()
  const [message, ...rest] = all
  const end = rest.pop()
  assert.equal(message?.frame.type, 'MessageJSON')
  assert.equal(end?.frame.type, 'EndFrame')
  return { message: message.payload, frames: rest }
}

/** The bytes of a stream, put together from its signature and Chunk frames, as clients do. */
export function assembleStream(
  { message, chunks }: Pick<ChunkedFile, 'message' | 'chunks'>,
  streamId = 'MainContent',
): Uint8Array {
  const signature = message.signatures.find((candidate) => candidate.streamId === streamId)
  assert.ok(signature)
  const parts = signature.chunks.map(({ id }) => {
    const found = chunks.find(({ frame }) => frame.type === 'Chunk' && frame.chunkId === id)
    assert.ok(found, `Chunk ${id} was not sent`)
    return found.payload
  })
  return concat(parts)
}

/** Checks status and headers of a refusal; `null` is for a header that must not be there. */
export function assertRefused(
  reply: TestReply,
  status: number,
  headers: Readonly<Record<string, string | null>> = {},
): void {
  const reason = reply.headers.get('X-WOPI-FailureReason')
  assert.equal(reply.status, status, reason ?? reply.text)
  assert.ok(reason, 'X-WOPI-FailureReason is missing')
  const code = reply.headers.get('X-Wopikit-FailureCode') as FailureCode | null
  assert.ok(code, 'X-Wopikit-FailureCode is missing')
  assert.equal(new WopiError(code).status, status, `${code} has this status`)
  assert.equal(reply.body.length, 0)
  for (const [name, value] of Object.entries(headers))
    assert.equal(reply.headers.get(name), value, name)
}
