/**
 * Uploads and downloads by chunks, from Node and from browsers.
 *
 * @module wopikit/client
 */

export type { CallOptions } from './client/calls/call-options.ts'
export type { InlineChunk } from './client/calls/framed.ts'
export type { PutChunkedFile } from './client/calls/upload-calls.ts'
export type { DocumentChunking } from './client/chunk-document.ts'
export type { ChunkEvent, OpenChunk } from './client/chunk-events.ts'
export { createOpenChunk } from './client/chunk-events.ts'
export {
  type DownloadOptions,
  type DownloadProgress,
  type DownloadResult,
  downloadDocument,
} from './client/download.ts'
export type { DownloadSink } from './client/download-target.ts'
export {
  WopiClientError,
  type WopiClientErrorCode,
  type WopiClientErrorDetails,
} from './client/errors.ts'
export type { ChunkedReply, DocumentState } from './client/replies.ts'
export type { RetryEvent, RetryPolicy } from './client/retry.ts'
export { blobSource, bytesSource, type ContentSource } from './client/source.ts'
export { type ConnectionOptions, splitWopiSrc } from './client/transport.ts'
export { uploadDocument } from './client/upload.ts'
export type { UploadOptions, UploadProgress, UploadResult } from './client/upload-options.ts'
export type { UploadSessionState, UploadState } from './client/upload-state.ts'
export { createWopiClient, type WopiClient } from './client/wopi-client.ts'
