/**
 * The wire formats of WOPI with CSPP Plus, without I/O, for Node and browsers.
 *
 * @module wopikit/protocol
 */

export { ACTION_URL_MAX_BYTES, type ActionUrlOptions, actionUrl } from './protocol/action-url.ts'
export type {
  Chunk,
  ChunkId,
  ChunkingScheme,
  PlacedChunk,
  RangeReader,
  StreamChunks,
} from './protocol/chunking/chunk.ts'
export {
  CHUNK_ID_BYTES,
  chunkIdFromBytes,
  chunkIdToBytes,
  EMPTY_CHUNK_ID,
  isChunkId,
} from './protocol/chunking/chunk-id.ts'
export {
  type Chunked,
  createStreamChunker,
  type StreamChunker,
} from './protocol/chunking/stream-chunker.ts'
export { encodeCoauthTable, parseCoauthTable } from './protocol/coauth-messages.ts'
export {
  type Action,
  type ActionQuery,
  type App,
  capabilitiesUrl,
  type Discovery,
  type FoundAction,
  findAction,
  type NetZone,
} from './protocol/discovery.ts'
export { DiscoveryError, type DiscoveryErrorCode } from './protocol/discovery-error.ts'
export { type FailureCode, WopiError } from './protocol/errors.ts'
export {
  type ChunkReader,
  type ChunkReaderOptions,
  type CompletedChunk,
  createChunkReader,
} from './protocol/frames/chunk-reader.ts'
export {
  createFrameDecoder,
  type FrameDecoder,
  type FrameDecoderOptions,
  type FrameEvent,
  type FrameSink,
} from './protocol/frames/decoder.ts'
export {
  CHUNK_HEADER_BYTES,
  CHUNK_RANGE_HEADER_BYTES,
  END_FRAME,
  encodeFrameHeader,
  encodeMessage,
} from './protocol/frames/encoder.ts'
export { FrameError, type FrameErrorCode } from './protocol/frames/frame-error.ts'
export type { Frame, FrameType } from './protocol/frames/layout.ts'
export type { CoauthLockType } from './protocol/headers.ts'
export type { CoauthTableRow } from './protocol/locks/state.ts'
export { MessageError, type MessageErrorCode } from './protocol/message-error.ts'
export {
  type ChunksToReturn,
  type ContentProperty,
  encodeGetChunkedFileRequest,
  encodeGetChunkedFileResponse,
  encodeGetChunksRequest,
  encodeGetChunksResponse,
  type GetChunkedFileRequest,
  type GetChunkedFileResponse,
  type GetChunksRequest,
  type GetChunksResponse,
  parseGetChunkedFileRequest,
  parseGetChunkedFileResponse,
  parseGetChunksRequest,
  parseGetChunksResponse,
  type RequestedRange,
} from './protocol/messages.ts'
export { HEADERS, MAIN_CONTENT, OVERRIDES } from './protocol/names.ts'
export { DISCOVERY_MAX_CHARS, parseDiscovery } from './protocol/parse-discovery.ts'
export {
  importProofKeys,
  type ProofKey,
  type ProofKeyAttributes,
  type ProofKeys,
} from './protocol/proof-key.ts'
export { type ProofInput, proofMessage } from './protocol/proof-message.ts'
export { placeChunks, type StreamSignature, streamSize } from './protocol/signature.ts'
export {
  type ChunkHash,
  chunkIdOf,
  createHash,
  HASH_STATE_BYTES,
  hashBytes,
  restoreHash,
} from './protocol/spooky/spooky.ts'
export { msFromTicks, ticksFromMs } from './protocol/ticks.ts'
export {
  type CreateUploadSessionResponse,
  encodeCreateUploadSessionResponse,
  encodePutChunkedFileRequest,
  type PutChunkedFileRequest,
  parseCreateUploadSessionResponse,
  parsePutChunkedFileRequest,
} from './protocol/upload-messages.ts'
export { clientUserId, isUserId, originalUserId, USER_ID_MAX_BYTES } from './protocol/user-ids.ts'
export { decodeUtf7, encodeUtf7 } from './protocol/utf7.ts'
export {
  PROOF_MAX_AGE_MS,
  PROOF_MAX_SKEW_MS,
  type Proof,
  type ProofVerdict,
  verifyProof,
} from './protocol/verify-proof.ts'
export { readZipDirectory } from './protocol/zip/central-directory.ts'
export type { ZipDirectory, ZipOutcome, ZipRefusal } from './protocol/zip/outcome.ts'
