import type { ChunkId, ChunkingScheme } from './chunking/chunk.ts'
import { MessageError } from './message-error.ts'
import { encodeJson } from './message-json.ts'
import {
  type Members,
  membersOf,
  optional,
  type Part,
  type Place,
  readChoice,
  readChunk,
  readChunkId,
  readEntries,
  readInteger,
  readList,
  readMessage,
  readName,
  readNumber,
  readObject,
  readPerStream,
  readShortText,
  readSomeText,
  readText,
  readWellFormed,
} from './message-parts.ts'
import {
  CONTENT_PROPERTIES_MAX,
  PROPERTY_NAME_MAX_CHARS,
  PROPERTY_VALUE_MAX_BYTES,
} from './names.ts'
import { type StreamSignature, streamSize } from './signature.ts'

export { MessageError, type MessageErrorCode } from './message-error.ts'

const SCHEMES = ['Zip', 'FullFile'] as const
const RETENTIONS = ['DeleteOnContentChange', 'KeepOnContentChange'] as const

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
  const message = readMessage(bytes)
  return {
    contentPropertiesToReturn:
      optional(message('ContentPropertiesToReturn'), (part) =>
        readEntries(part, CONTENT_PROPERTIES_MAX, readText),
      ) ?? [],
    contentFilters: readPerStream(message('ContentFilters'), (filter, streamId) => ({
      streamId,
      ...readScheme(filter),
      chunksToReturn:
        optional(filter('ChunksToReturn'), (part) =>
          readChoice(part, ['All', 'None', 'LastZipChunk'] as const),
        ) ?? 'All',
      alreadyKnownChunks: readList(filter('AlreadyKnownChunks'), readChunkId),
    })),
  }
}

export function encodeGetChunkedFileRequest(
  request: GetChunkedFileRequest,
): Uint8Array<ArrayBuffer> {
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
  const message = readMessage(bytes)
  return {
    contentProperties: readProperties(message('ContentProperties')),
    // How many chunks a file may have is the host's business.
    signatures: readSignatures(message('Signatures'), Number.POSITIVE_INFINITY),
  }
}

export function encodeGetChunkedFileResponse(
  response: GetChunkedFileResponse,
): Uint8Array<ArrayBuffer> {
  return encodeJson({
    ContentProperties: response.contentProperties.map(propertyMessage),
    Signatures: response.signatures.map(signatureMessage),
  })
}

/** @throws MessageError */
export function parseGetChunksRequest(bytes: Uint8Array): GetChunksRequest {
  const message = readMessage(bytes)
  return {
    contentFilters: readPerStream(message('ContentFilters'), (filter, streamId) => ({
      streamId,
      ...readScheme(filter),
      chunkRangesToReturn: readList(filter('ChunkRangesToReturn'), readRange),
    })),
  }
}

export function encodeGetChunksRequest(request: GetChunksRequest): Uint8Array<ArrayBuffer> {
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
  const message = readMessage(bytes)
  return {
    chunkRangeCollection: readPerStream(message('ChunkRangeCollection'), (entry, streamId) => ({
      streamId,
      chunkIds: readList(entry('ChunkIds'), readChunkId, Number.POSITIVE_INFINITY),
    })),
  }
}

export function encodeGetChunksResponse(response: GetChunksResponse): Uint8Array<ArrayBuffer> {
  return encodeJson({
    ChunkRangeCollection: response.chunkRangeCollection.map(({ streamId, chunkIds }) => ({
      StreamId: streamId,
      ChunkIds: chunkIds,
    })),
  })
}

/** @throws MessageError */
export function parsePutChunkedFileRequest(bytes: Uint8Array): PutChunkedFileRequest {
  const message = readMessage(bytes)
  const contentProperties = readProperties(message('ContentProperties'))
  const signatures = readSignatures(message('Signatures'))
  const token = optional(message('UploadSessionTokenToCommit'), readText)
  return { contentProperties, signatures, ...(token && { uploadSessionTokenToCommit: token }) }
}

export function encodePutChunkedFileRequest(
  request: PutChunkedFileRequest,
): Uint8Array<ArrayBuffer> {
  return encodeJson({
    ContentProperties: request.contentProperties.map(propertyMessage),
    Signatures: request.signatures.map(signatureMessage),
    UploadSessionTokenToCommit: request.uploadSessionTokenToCommit ?? null,
  })
}

/** @throws MessageError */
export function parseCreateUploadSessionResponse(bytes: Uint8Array): CreateUploadSessionResponse {
  const message = readMessage(bytes)
  const uploadSessionToken = readSomeText(message('UploadSessionToken'))
  const expiry = optional(message('UploadSessionExpiry'), readNumber)
  return { uploadSessionToken, ...(expiry !== undefined && { uploadSessionExpiry: expiry }) }
}

export function encodeCreateUploadSessionResponse(
  response: CreateUploadSessionResponse,
): Uint8Array<ArrayBuffer> {
  return encodeJson({
    UploadSessionToken: response.uploadSessionToken,
    UploadSessionExpiry: response.uploadSessionExpiry,
  })
}

function readScheme(filter: Members): { chunkingScheme?: ChunkingScheme } {
  const scheme = optional(filter('ChunkingScheme'), (part) => readChoice(part, SCHEMES))
  return scheme ? { chunkingScheme: scheme } : {}
}

function readProperties(part: Part): ContentProperty[] {
  const properties = optional(part, (present) =>
    readEntries(present, CONTENT_PROPERTIES_MAX, readProperty),
  )
  return [...new Map(properties?.map((property) => [property.name, property])).values()]
}

function readProperty(entry: Part): ContentProperty {
  const property = readObject(entry)
  const name = readName(property('Name'), PROPERTY_NAME_MAX_CHARS)
  readShortText(property('Value'), PROPERTY_VALUE_MAX_BYTES)
  const value = readWellFormed(property('Value'))
  const readRetention = (part: Part) => readChoice(part, RETENTIONS)
  const retention = optional(property('Retention'), readRetention)
  // One page ("file-content-data-model") calls it so.
  const alias = optional(property('ContentPropertyRetention'), readRetention)
  return { name, value, retention: retention ?? alias ?? 'DeleteOnContentChange' }
}

function propertyMessage({ name, value, retention }: ContentProperty) {
  return { Retention: retention, Name: name, Value: value }
}

function readSignatures(part: Part, maxChunks?: number): StreamSignature[] {
  return readPerStream(part, (signature, streamId) => {
    const scheme = readChoice(signature('ChunkingScheme'), SCHEMES)
    const list = signature('ChunkSignatures')
    const chunks = readList(list, readChunk, maxChunks)
    if (!Number.isSafeInteger(streamSize(chunks))) {
      throw new MessageError(list.path, 'adds up to more than 2^53 - 1 bytes')
    }
    return { streamId, scheme, chunks }
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
  const { ChunkId, Offset, Length } = membersOf(entry, place)
  return {
    chunkId: readChunkId(ChunkId, place, '.ChunkId'),
    offset: readInteger(Offset, 0, place, '.Offset'),
    length: readInteger(Length, -1, place, '.Length'),
  }
}
