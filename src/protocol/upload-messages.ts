import {
  type ContentProperty,
  propertyMessage,
  readProperties,
  readSignatures,
  signatureMessage,
} from './message-content.ts'
import { encodeJson } from './message-json.ts'
import { optional, readMessage, readNumber, readSomeText, readText } from './message-parts.ts'
import type { StreamSignature } from './signature.ts'

/** Page "put-chunked-file". */
export interface PutChunkedFileRequest {
  /** No two of one name. */
  contentProperties: ContentProperty[]
  /** At least one; at most one for a stream. */
  signatures: StreamSignature[]
  uploadSessionTokenToCommit?: string
}

/** Page "create-upload-session". */
export interface CreateUploadSessionResponse {
  uploadSessionToken: string
  /** In ms since 1970 UTC; other hosts may leave it out. */
  uploadSessionExpiry?: number
}

/**
 * Reads a PutChunkedFileRequest from JSON.
 *
 * @throws MessageError
 *
 * @example
 * ```ts
 * import { encodePutChunkedFileRequest, parsePutChunkedFileRequest } from 'wopikit/protocol'
 *
 * const chunks = [{ id: 'AAAAAAAAAAAAAAAAAAAAAA==', length: 10 }]
 * const signatures = [{ streamId: 'MainContent', scheme: 'FullFile' as const, chunks }]
 * const request = { contentProperties: [], signatures, uploadSessionTokenToCommit: 'token' }
 *
 * assert.deepEqual(parsePutChunkedFileRequest(encodePutChunkedFileRequest(request)), request)
 * ```
 */
export function parsePutChunkedFileRequest(bytes: Uint8Array): PutChunkedFileRequest {
  const message = readMessage(bytes)
  const contentProperties = readProperties(message('ContentProperties'))
  const signatures = readSignatures(message('Signatures'))
  const token = optional(message('UploadSessionTokenToCommit'), readText)
  return { contentProperties, signatures, ...(token && { uploadSessionTokenToCommit: token }) }
}

/** Encodes a PutChunkedFileRequest as JSON; {@link parsePutChunkedFileRequest} has an example. */
export function encodePutChunkedFileRequest(
  request: PutChunkedFileRequest,
): Uint8Array<ArrayBuffer> {
  return encodeJson({
    ContentProperties: request.contentProperties.map(propertyMessage),
    Signatures: request.signatures.map(signatureMessage),
    UploadSessionTokenToCommit: request.uploadSessionTokenToCommit ?? null,
  })
}

/**
 * Reads a CreateUploadSessionResponse from JSON.
 *
 * @throws MessageError
 *
 * @example
 * ```ts
 * import { encodeCreateUploadSessionResponse, parseCreateUploadSessionResponse } from 'wopikit/protocol'
 *
 * const reply = { uploadSessionToken: 'token', uploadSessionExpiry: 1_800_000_000_000 }
 * const json = encodeCreateUploadSessionResponse(reply)
 *
 * assert.deepEqual(parseCreateUploadSessionResponse(json), reply)
 * ```
 */
export function parseCreateUploadSessionResponse(bytes: Uint8Array): CreateUploadSessionResponse {
  const message = readMessage(bytes)
  const uploadSessionToken = readSomeText(message('UploadSessionToken'))
  const expiry = optional(message('UploadSessionExpiry'), readNumber)
  return { uploadSessionToken, ...(expiry !== undefined && { uploadSessionExpiry: expiry }) }
}

/** Encodes a CreateUploadSessionResponse as JSON; {@link parseCreateUploadSessionResponse} has an example. */
export function encodeCreateUploadSessionResponse(
  response: CreateUploadSessionResponse,
): Uint8Array<ArrayBuffer> {
  return encodeJson({
    UploadSessionToken: response.uploadSessionToken,
    UploadSessionExpiry: response.uploadSessionExpiry,
  })
}
