import type { ChunkId } from '../../protocol/chunking/chunk.ts'
import { chunkIdToBytes } from '../../protocol/chunking/chunk-id.ts'
import { FRAME_TYPES } from '../../protocol/frames/layout.ts'
import { HEADERS, MAIN_CONTENT, OVERRIDES } from '../../protocol/names.ts'
import { chunkIdOf } from '../../protocol/spooky/spooky.ts'
import type { Request } from '../cases/request.ts'
import type { Validator } from '../cases/validator.ts'
import type { Body, JsonTemplate, RawFrame } from '../cases/values.ts'
import { rawBody } from '../requests/request-body.ts'
import { COAUTH } from './locks.ts'

const UTF8 = new TextEncoder()

export const END: RawFrame = { type: FRAME_TYPES.EndFrame.code }

export function message(json: JsonTemplate): RawFrame {
  return { type: FRAME_TYPES.MessageJSON.code, payload: { json } }
}

/** A Chunk frame of this content, or one that bears the name of another. */
export function chunk(text: string, id: ChunkId = idOf(text)): RawFrame {
  return {
    type: FRAME_TYPES.Chunk.code,
    extendedHeader: chunkIdToBytes(id),
    payload: { text },
  }
}

export function idOf(text: string): ChunkId {
  return chunkIdOf(UTF8.encode(text))
}

/** The bytes of frames, as an upload session takes them. */
export function bytesOfFrames(...frames: readonly RawFrame[]): Uint8Array {
  return rawBody({ frames }, new Map(), new Map())
}

/** Chunk frames of these contents, back to back. */
export function chunkFrames(...texts: readonly string[]): Uint8Array {
  return bytesOfFrames(...texts.map((text) => chunk(text)))
}

/** A stream of one chunk, in the message of a PutChunkedFile. */
export function signature(text: string, streamId: string = MAIN_CONTENT) {
  const chunks = [{ ChunkId: idOf(text), Length: UTF8.encode(text).length }]
  return { StreamId: streamId, ChunkingScheme: 'FullFile', ChunkSignatures: chunks }
}

/** The message of a PutChunkedFile that makes these streams. */
export function saveMessage(...signatures: readonly JsonTemplate[]): RawFrame {
  return message({
    ContentProperties: [],
    Signatures: signatures,
    UploadSessionTokenToCommit: null,
  })
}

/** A PutChunkedFile under the coauthoring lock with a body of any kind. */
export function rawSave(body: Body | undefined, validators: readonly Validator[]): Request {
  return {
    operation: 'Raw',
    name: 'PutChunkedFile',
    method: 'POST',
    path: '/contents',
    override: OVERRIDES.putChunkedFile,
    headers: [
      [HEADERS.sequenceNumber, { state: 'Number' }],
      [HEADERS.coauthLockId, COAUTH],
    ],
    ...(body && { body }),
    validators,
  }
}

/** A GetChunkedFile or GetChunks with a body of any kind. */
export function rawRead(
  name: 'GetChunkedFile' | 'GetChunks',
  body: Body | undefined,
  validators: readonly Validator[],
): Request {
  return {
    operation: 'Raw',
    name,
    method: 'POST',
    override: name === 'GetChunks' ? OVERRIDES.getChunks : OVERRIDES.getChunkedFile,
    ...(body && { body }),
    validators,
  }
}
