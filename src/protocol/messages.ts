import type { ChunkId, ChunkingScheme } from './chunking/chunk.ts'
import type { CoauthTableRow } from './locks/state.ts'
import { MessageError } from './message-error.ts'
import { encodeJson, parseJson } from './message-json.ts'
import {
  CoauthLockMetadataShape,
  CoauthTableShape,
  type ContentPropertyShape,
  CreateUploadSessionResponseShape,
  checkShape,
  GetChunkedFileRequestShape,
  GetChunkedFileResponseShape,
  GetChunksRequestShape,
  GetChunksResponseShape,
  members,
  type Place,
  PutChunkedFileRequestShape,
  readChunk,
  readChunkId,
  readInteger,
  readList,
  utf8Length,
} from './message-schema.ts'
import { COAUTH_METADATA_MAX_BYTES } from './names.ts'
import { type StreamSignature, streamSize } from './signature.ts'

export { MessageError, type MessageErrorCode } from './message-error.ts'

/** Side-car data of a file: page "file-content-data-model". */
export interface ContentProperty {
  name: string
  value: string
  /** What happens to it when the file changes by anything but PutChunkedFile. */
  retention: 'DeleteOnContentChange' | 'KeepOnContentChange'
}

/** Which chunks of a stream GetChunkedFile shall send, less those that the client knows. */
export type ChunksToReturn = 'All' | 'None' | 'LastZipChunk'

/** Page "get-chunked-file". */
export interface GetChunkedFileRequest {
  contentPropertiesToReturn: string[]
  /** At least one; at most one for a stream. */
  contentFilters: {
    streamId: string
    /** What the client expects; the host goes by the bytes. */
    chunkingScheme?: ChunkingScheme
    chunksToReturn: ChunksToReturn
    alreadyKnownChunks: ChunkId[]
  }[]
}

export interface GetChunkedFileResponse {
  contentProperties: ContentProperty[]
  /** At least one; at most one for a stream. No chunks: there is no such stream. */
  signatures: StreamSignature[]
}

/** A part of a chunk; a `length` of −1 reaches to the chunk's end. Both in bytes. */
export interface RequestedRange {
  chunkId: ChunkId
  offset: number
  length: number
}

/** Page "get-chunks". */
export interface GetChunksRequest {
  /** At least one; at most one for a stream. */
  contentFilters: {
    streamId: string
    chunkingScheme?: ChunkingScheme
    chunkRangesToReturn: RequestedRange[]
  }[]
}

export interface GetChunksResponse {
  /** The chunks that the frames behind the message bring, by stream. */
  chunkRangeCollection: { streamId: string; chunkIds: ChunkId[] }[]
}

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

/** @throws MessageError */
export function parseGetChunkedFileRequest(bytes: Uint8Array): GetChunkedFileRequest {
  const message = checkShape(GetChunkedFileRequestShape, parseJson(bytes))
  return {
    contentPropertiesToReturn: message.ContentPropertiesToReturn ?? [],
    contentFilters: message.ContentFilters.map((filter, index) => ({
      streamId: filter.StreamId,
      ...(filter.ChunkingScheme && { chunkingScheme: filter.ChunkingScheme }),
      chunksToReturn: filter.ChunksToReturn ?? 'All',
      alreadyKnownChunks: readList(
        filter.AlreadyKnownChunks,
        `ContentFilters[${index}].AlreadyKnownChunks`,
        readChunkId,
      ),
    })),
  }
}

export function encodeGetChunkedFileRequest(request: GetChunkedFileRequest): Uint8Array {
  return encodeJson({
    ContentPropertiesToReturn: request.contentPropertiesToReturn,
    ContentFilters: request.contentFilters.map((filter) => ({
      StreamId: filter.streamId,
      ChunkingScheme: filter.chunkingScheme ?? 'Zip',
      ChunksToReturn: filter.chunksToReturn,
      AlreadyKnownChunks: filter.alreadyKnownChunks,
    })),
  })
}

/** @throws MessageError */
export function parseGetChunkedFileResponse(bytes: Uint8Array): GetChunkedFileResponse {
  const message = checkShape(GetChunkedFileResponseShape, parseJson(bytes))
  return {
    contentProperties: readProperties(message.ContentProperties),
    // How many chunks a file may have is the host's business.
    signatures: readSignatures(message.Signatures, Number.POSITIVE_INFINITY),
  }
}

export function encodeGetChunkedFileResponse(response: GetChunkedFileResponse): Uint8Array {
  return encodeJson({
    ContentProperties: response.contentProperties.map(propertyMessage),
    Signatures: response.signatures.map(signatureMessage),
  })
}

/** @throws MessageError */
export function parseGetChunksRequest(bytes: Uint8Array): GetChunksRequest {
  const message = checkShape(GetChunksRequestShape, parseJson(bytes))
  return {
    contentFilters: message.ContentFilters.map((filter, index) => ({
      streamId: filter.StreamId,
      ...(filter.ChunkingScheme && { chunkingScheme: filter.ChunkingScheme }),
      chunkRangesToReturn: readList(
        filter.ChunkRangesToReturn,
        `ContentFilters[${index}].ChunkRangesToReturn`,
        readRange,
      ),
    })),
  }
}

export function encodeGetChunksRequest(request: GetChunksRequest): Uint8Array {
  return encodeJson({
    ContentFilters: request.contentFilters.map((filter) => ({
      StreamId: filter.streamId,
      ChunkingScheme: filter.chunkingScheme ?? 'Zip',
      ChunkRangesToReturn: filter.chunkRangesToReturn.map(({ chunkId, offset, length }) => ({
        ChunkId: chunkId,
        Offset: offset,
        Length: length,
      })),
    })),
  })
}

/** @throws MessageError */
export function parseGetChunksResponse(bytes: Uint8Array): GetChunksResponse {
  const message = checkShape(GetChunksResponseShape, parseJson(bytes))
  return {
    chunkRangeCollection: message.ChunkRangeCollection.map(({ StreamId, ChunkIds }, index) => ({
      streamId: StreamId,
      chunkIds: readList(
        ChunkIds,
        `ChunkRangeCollection[${index}].ChunkIds`,
        readChunkId,
        Number.POSITIVE_INFINITY,
      ),
    })),
  }
}

export function encodeGetChunksResponse(response: GetChunksResponse): Uint8Array {
  return encodeJson({
    ChunkRangeCollection: response.chunkRangeCollection.map(({ streamId, chunkIds }) => ({
      StreamId: streamId,
      ChunkIds: chunkIds,
    })),
  })
}

/** @throws MessageError */
export function parsePutChunkedFileRequest(bytes: Uint8Array): PutChunkedFileRequest {
  const message = checkShape(PutChunkedFileRequestShape, parseJson(bytes))
  const token = message.UploadSessionTokenToCommit
  return {
    contentProperties: readProperties(message.ContentProperties),
    signatures: readSignatures(message.Signatures),
    ...(token && { uploadSessionTokenToCommit: token }),
  }
}

export function encodePutChunkedFileRequest(request: PutChunkedFileRequest): Uint8Array {
  return encodeJson({
    ContentProperties: request.contentProperties.map(propertyMessage),
    Signatures: request.signatures.map(signatureMessage),
    UploadSessionTokenToCommit: request.uploadSessionTokenToCommit ?? null,
  })
}

/** @throws MessageError */
export function parseCreateUploadSessionResponse(bytes: Uint8Array): CreateUploadSessionResponse {
  const message = checkShape(CreateUploadSessionResponseShape, parseJson(bytes))
  const expiry = message.UploadSessionExpiry
  return {
    uploadSessionToken: message.UploadSessionToken,
    ...(typeof expiry === 'number' && { uploadSessionExpiry: expiry }),
  }
}

export function encodeCreateUploadSessionResponse(
  response: CreateUploadSessionResponse,
): Uint8Array {
  return encodeJson({
    UploadSessionToken: response.uploadSessionToken,
    UploadSessionExpiry: response.uploadSessionExpiry,
  })
}

/** The answer of the coauthoring operations. @throws MessageError */
export function parseCoauthTable(bytes: Uint8Array): CoauthTableRow[] {
  return checkShape(CoauthTableShape, parseJson(bytes)).CoauthTable.map((row) => ({
    coauthLockId: row.CoauthLockId,
    metadata: row.CoauthLockMetadata ?? '',
    type: row.CoauthLockType,
    userFriendlyName: row.UserFriendlyName,
    lockTime: row.CoauthLockTime,
  }))
}

/** Rows carry exactly the five properties that the protocol names. */
export function encodeCoauthTable(rows: readonly CoauthTableRow[]): Uint8Array {
  return encodeJson({
    CoauthTable: rows.map((row) => ({
      CoauthLockId: row.coauthLockId,
      CoauthLockMetadata: row.metadata,
      CoauthLockType: row.type,
      UserFriendlyName: row.userFriendlyName,
      CoauthLockTime: row.lockTime,
    })),
  })
}

/**
 * The metadata in the body of a GetCoauthLock or RefreshCoauthLock; `''` when it names none.
 *
 * @throws MessageError also when the metadata is longer than 4 KB
 */
export function parseCoauthLockMetadata(bytes: Uint8Array): string {
  const message = checkShape(CoauthLockMetadataShape, parseJson(bytes))
  const metadata = message.CoauthLockMetadata ?? ''
  if (utf8Length(metadata) > COAUTH_METADATA_MAX_BYTES) {
    throw new MessageError(
      'CoauthLockMetadata',
      `is longer than ${COAUTH_METADATA_MAX_BYTES} bytes`,
    )
  }
  return metadata
}

export function encodeCoauthLockMetadata(metadata: string): Uint8Array {
  return encodeJson({ CoauthLockMetadata: metadata })
}

function readProperties(
  properties: readonly ContentPropertyShape[] | null | undefined,
): ContentProperty[] {
  const byName = new Map<string, ContentProperty>()
  for (const { Name, Value, Retention, ContentPropertyRetention } of properties ?? []) {
    const retention = Retention ?? ContentPropertyRetention ?? 'DeleteOnContentChange'
    byName.set(Name, { name: Name, value: Value, retention })
  }
  return [...byName.values()]
}

function propertyMessage({ name, value, retention }: ContentProperty) {
  return { Retention: retention, Name: name, Value: value }
}

function readSignatures(
  signatures: readonly {
    StreamId: string
    ChunkingScheme: ChunkingScheme
    ChunkSignatures?: readonly unknown[] | null | undefined
  }[],
  maxChunks?: number,
): StreamSignature[] {
  return signatures.map(({ StreamId, ChunkingScheme, ChunkSignatures }, index) => {
    const path = `Signatures[${index}].ChunkSignatures`
    const chunks = readList(ChunkSignatures, path, readChunk, maxChunks)
    if (!Number.isSafeInteger(streamSize(chunks))) {
      throw new MessageError(path, 'adds up to more than 2^53 - 1 bytes')
    }
    return { streamId: StreamId, scheme: ChunkingScheme, chunks }
  })
}

function signatureMessage({ streamId, scheme, chunks }: StreamSignature) {
  return {
    StreamId: streamId,
    ChunkingScheme: scheme,
    ChunkSignatures: chunks.map(({ id, length }) => ({ ChunkId: id, Length: length })),
  }
}

function readRange(entry: unknown, place: Place): RequestedRange {
  const { ChunkId, Offset, Length } = members(entry, place)
  return {
    chunkId: readChunkId(ChunkId, place, '.ChunkId'),
    offset: readInteger(Offset, 0, place, '.Offset'),
    length: readInteger(Length, -1, place, '.Length'),
  }
}
