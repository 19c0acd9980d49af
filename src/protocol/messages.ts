import type { ChunkId, ChunkingScheme } from './chunking/chunk.ts'
import {
  type ContentProperty,
  propertyMessage,
  type RequestedRange,
  readProperties,
  readRange,
  readScheme,
  readSignatures,
  signatureMessage,
} from './message-content.ts'
import { encodeJson } from './message-json.ts'
import {
  optional,
  readChoice,
  readChunkId,
  readEntries,
  readList,
  readMessage,
  readPerStream,
  readText,
} from './message-parts.ts'
import { CONTENT_PROPERTIES_MAX } from './names.ts'
import type { StreamSignature } from './signature.ts'

export type { ContentProperty, RequestedRange } from './message-content.ts'
export { MessageError, type MessageErrorCode } from './message-error.ts'

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

/**
 * Reads a GetChunkedFileRequest from JSON.
 *
 * @throws MessageError
 *
 * @example
 * ```ts
 * import { encodeGetChunkedFileRequest, parseGetChunkedFileRequest } from 'wopikit/protocol'
 *
 * const filter = { streamId: 'MainContent', chunksToReturn: 'All', alreadyKnownChunks: [] } as const
 * const json = encodeGetChunkedFileRequest({
 *   contentPropertiesToReturn: [],
 *   contentFilters: [{ ...filter, alreadyKnownChunks: [] }],
 * })
 *
 * assert.equal(parseGetChunkedFileRequest(json).contentFilters[0]?.chunksToReturn, 'All')
 * ```
 */
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

/** Encodes a GetChunkedFileRequest as JSON; {@link parseGetChunkedFileRequest} has an example. */
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

/**
 * Reads a GetChunkedFileResponse from JSON.
 *
 * @throws MessageError
 *
 * @example
 * ```ts
 * import { encodeGetChunkedFileResponse, parseGetChunkedFileResponse } from 'wopikit/protocol'
 *
 * const chunks = [{ id: 'AAAAAAAAAAAAAAAAAAAAAA==', length: 10 }]
 * const signatures = [{ streamId: 'MainContent', scheme: 'FullFile' as const, chunks }]
 * const json = encodeGetChunkedFileResponse({ contentProperties: [], signatures })
 *
 * assert.deepEqual(parseGetChunkedFileResponse(json).signatures, signatures)
 * ```
 */
export function parseGetChunkedFileResponse(bytes: Uint8Array): GetChunkedFileResponse {
  const message = readMessage(bytes)
  return {
    contentProperties: readProperties(message('ContentProperties')),
    // How many chunks a file may have is the host's business.
    signatures: readSignatures(message('Signatures'), Number.POSITIVE_INFINITY),
  }
}

/** Encodes a GetChunkedFileResponse as JSON; {@link parseGetChunkedFileResponse} has an example. */
export function encodeGetChunkedFileResponse(
  response: GetChunkedFileResponse,
): Uint8Array<ArrayBuffer> {
  return encodeJson({
    ContentProperties: response.contentProperties.map(propertyMessage),
    Signatures: response.signatures.map(signatureMessage),
  })
}

/**
 * Reads a GetChunksRequest from JSON.
 *
 * @throws MessageError
 *
 * @example
 * ```ts
 * import { encodeGetChunksRequest, parseGetChunksRequest } from 'wopikit/protocol'
 *
 * const range = { chunkId: 'AAAAAAAAAAAAAAAAAAAAAA==', offset: 0, length: -1 }
 * const json = encodeGetChunksRequest({
 *   contentFilters: [{ streamId: 'MainContent', chunkRangesToReturn: [range] }],
 * })
 *
 * assert.deepEqual(parseGetChunksRequest(json).contentFilters[0]?.chunkRangesToReturn, [range])
 * ```
 */
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

/** Encodes a GetChunksRequest as JSON; {@link parseGetChunksRequest} has an example. */
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

/**
 * Reads a GetChunksResponse from JSON.
 *
 * @throws MessageError
 *
 * @example
 * ```ts
 * import { encodeGetChunksResponse, parseGetChunksResponse } from 'wopikit/protocol'
 *
 * const chunkIds = ['AAAAAAAAAAAAAAAAAAAAAA==']
 * const reply = { chunkRangeCollection: [{ streamId: 'MainContent', chunkIds }] }
 *
 * assert.deepEqual(parseGetChunksResponse(encodeGetChunksResponse(reply)), reply)
 * ```
 */
export function parseGetChunksResponse(bytes: Uint8Array): GetChunksResponse {
  const message = readMessage(bytes)
  return {
    chunkRangeCollection: readPerStream(message('ChunkRangeCollection'), (entry, streamId) => ({
      streamId,
      chunkIds: readList(entry('ChunkIds'), readChunkId, Number.POSITIVE_INFINITY),
    })),
  }
}

/** Encodes a GetChunksResponse as JSON; {@link parseGetChunksResponse} has an example. */
export function encodeGetChunksResponse(response: GetChunksResponse): Uint8Array<ArrayBuffer> {
  return encodeJson({
    ChunkRangeCollection: response.chunkRangeCollection.map(({ streamId, chunkIds }) => ({
      StreamId: streamId,
      ChunkIds: chunkIds,
    })),
  })
}
