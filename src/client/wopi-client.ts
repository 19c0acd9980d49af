import type {
  GetChunkedFileRequest,
  GetChunkedFileResponse,
  GetChunksRequest,
  GetChunksResponse,
} from '../protocol/messages.ts'
import type { CallOptions } from './calls/call-options.ts'
import { lockCalls } from './calls/lock-calls.ts'
import { chunkedReadCalls, readCalls } from './calls/read-calls.ts'
import { type PutChunkedFile, saveCalls, sessionCalls } from './calls/upload-calls.ts'
import type { OpenChunk } from './chunk-events.ts'
import type { ChunkedReply, DocumentState } from './replies.ts'
import type { Timers } from './retry.ts'
import { type ConnectionOptions, createTransport } from './transport.ts'

/**
 * The WOPI operations on one document, one request each. Broken connections and troubles of the host
 * (408, 425, 429, 500, 502, 503, 504) are tried again with backoff, so a request may reach the host
 * twice. Every call throws `WopiClientError`.
 */
export interface WopiClient {
  /** @internal */
  readonly timers: Timers
  checkFileInfo(options?: CallOptions): Promise<Record<string, unknown>>
  /** Takes the lock, or starts its 30 minutes anew. @throws `LOCKED` when another one is held */
  lock(lockId: string, options?: CallOptions): Promise<void>
  /** @throws `LOCKED` when the lock is not held: `lock` tells which is, '' for none */
  refreshLock(lockId: string, options?: CallOptions): Promise<void>
  /** @throws `LOCKED` when the lock is not held */
  unlock(lockId: string, options?: CallOptions): Promise<void>
  /** The WOPI lock that is held, '' for none. @throws `LOCKED` under a coauthoring lock */
  getLock(options?: CallOptions): Promise<string>
  getSequenceNumber(options?: CallOptions): Promise<number>
  /** The whole document. Leaving the loop over `body` early closes the connection. */
  getFile(options?: CallOptions): Promise<{
    itemVersion: string | undefined
    body: AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>
  }>
  /** Page "get-chunked-file". Only the first answer is tried again, not a break in the chunks. */
  getChunkedFile(
    request: GetChunkedFileRequest,
    options?: CallOptions & { open?: OpenChunk },
  ): Promise<ChunkedReply<GetChunkedFileResponse>>
  /**
   * Page "get-chunks". A chunk is verified when its ranges follow each other from 0, or from where
   * `open` stands.
   */
  getChunks(
    request: GetChunksRequest,
    options?: CallOptions & { open?: OpenChunk },
  ): Promise<ChunkedReply<GetChunksResponse>>
  /** `expiresAt` is in ms since 1970 UTC, if the host tells. */
  createUploadSession(
    options?: CallOptions,
  ): Promise<{ token: string; expiresAt: number | undefined }>
  /**
   * Sends the next bytes of a session's stream; resolves to where the next call has to start.
   *
   * @throws `BAD_REQUEST` whose `currentOffset` tells where the session stands, which is further on
   *   when an earlier answer was lost; `SESSION_GONE` when it has expired
   */
  updateUploadSession(
    token: string,
    offset: number,
    bytes: Uint8Array,
    options?: CallOptions,
  ): Promise<number>
  /** @throws `SEQUENCE_MISMATCH`, `LOCKED`, `SESSION_GONE`, `TOO_LARGE` and others */
  putChunkedFile(put: PutChunkedFile, options?: CallOptions): Promise<DocumentState>
}

/**
 * Speaks WOPI, with the Plus operations, about one document.
 *
 * @throws TypeError when `wopiSrc` is no absolute URL or no token is given
 *
 * @example
 * ```ts
 * import { createWopiClient } from 'wopikit/client'
 *
 * const client = createWopiClient({ wopiSrc, accessToken })
 * const info = await client.checkFileInfo()
 *
 * assert.equal(info.BaseFileName, 'Report.docx')
 * ```
 */
export function createWopiClient(options: ConnectionOptions): WopiClient {
  const transport = createTransport(options)
  return {
    timers: transport.timers,
    ...readCalls(transport),
    ...chunkedReadCalls(transport),
    ...lockCalls(transport),
    ...sessionCalls(transport),
    ...saveCalls(transport),
  }
}
