import type { ChunkId } from '../protocol/chunking/chunk.ts'
import { END_FRAME, encodeFrameHeader, encodeMessage } from '../protocol/frames/encoder.ts'
import {
  encodeGetChunkedFileRequest,
  encodeGetChunksRequest,
  type GetChunkedFileRequest,
  type GetChunkedFileResponse,
  type GetChunksRequest,
  type GetChunksResponse,
  parseGetChunkedFileResponse,
  parseGetChunksResponse,
} from '../protocol/messages.ts'
import { HEADERS, OVERRIDES } from '../protocol/names.ts'
import {
  encodePutChunkedFileRequest,
  type PutChunkedFileRequest,
  parseCreateUploadSessionResponse,
} from '../protocol/upload-messages.ts'
import { createOpenChunk, type OpenChunk } from './chunk-events.ts'
import { badReply, missingHeader, readNumber } from './errors.ts'
import { type ChunkedReply, type DocumentState, parsed, readChunked, stateOf } from './replies.ts'
import type { Timers } from './retry.ts'
import {
  type ConnectionOptions,
  createTransport,
  type OperationRequest,
  readPieces,
  readWhole,
} from './transport.ts'

/** Options that every call takes. */
export interface CallOptions {
  /** Aborting ends the request and the waiting between tries; the call rejects with its reason. */
  signal?: AbortSignal | undefined
}

/** What PutChunkedFile sends. */
export interface PutChunkedFile {
  /** The state that the message builds on. */
  sequenceNumber: number
  message: PutChunkedFileRequest
  /** Sent inline, beside what an upload session holds. */
  chunks?: readonly { id: ChunkId; bytes: Uint8Array }[]
  lockId?: string | undefined
  coauthLockId?: string | undefined
}

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
  const { call } = transport

  function changeLock(operation: LockOperation, lockId: string, signal?: AbortSignal) {
    const request: OperationRequest = {
      operation,
      override: LOCK_OVERRIDES[operation],
      headers: { [HEADERS.lock]: lockId },
      signal,
    }
    return call(request, async (reply) => {
      await readWhole(reply, request)
    })
  }

  return {
    timers: transport.timers,

    checkFileInfo({ signal } = {}) {
      const request: OperationRequest = { operation: 'CheckFileInfo', method: 'GET', signal }
      return call(request, async (reply) => {
        const bytes = await readWhole(reply, request)
        return parsed(request, () => JSON.parse(new TextDecoder().decode(bytes)))
      })
    },

    lock: (lockId, { signal } = {}) => changeLock('Lock', lockId, signal),
    refreshLock: (lockId, { signal } = {}) => changeLock('RefreshLock', lockId, signal),
    unlock: (lockId, { signal } = {}) => changeLock('Unlock', lockId, signal),

    getLock({ signal } = {}) {
      const request: OperationRequest = {
        operation: 'GetLock',
        override: OVERRIDES.getLock,
        signal,
      }
      return call(request, async (reply) => {
        await readWhole(reply, request)
        return reply.headers.get(HEADERS.lock) ?? ''
      })
    },

    getSequenceNumber({ signal } = {}) {
      const request: OperationRequest = {
        operation: 'GetSequenceNumber',
        override: OVERRIDES.getSequenceNumber,
        signal,
      }
      return call(request, async (reply) => {
        await readWhole(reply, request)
        return stateOf(request, reply).sequenceNumber
      })
    },

    getFile({ signal } = {}) {
      const request: OperationRequest = {
        operation: 'GetFile',
        method: 'GET',
        path: '/contents',
        signal,
      }
      return call(request, (reply) => ({
        itemVersion: reply.headers.get(HEADERS.itemVersion) ?? undefined,
        body: readPieces(reply, request),
      }))
    },

    getChunkedFile(message, { signal, open = createOpenChunk() } = {}) {
      const request: OperationRequest = {
        operation: 'GetChunkedFile',
        override: OVERRIDES.getChunkedFile,
        body: framed(encodeGetChunkedFileRequest(message)),
        signal,
      }
      const format = { chunkFrames: 'Chunk', parse: parseGetChunkedFileResponse } as const
      return call(request, (reply) => readChunked(request, reply, format, open))
    },

    getChunks(message, { signal, open = createOpenChunk() } = {}) {
      const request: OperationRequest = {
        operation: 'GetChunks',
        override: OVERRIDES.getChunks,
        body: framed(encodeGetChunksRequest(message)),
        signal,
      }
      const format = { chunkFrames: 'ChunkRange', parse: parseGetChunksResponse } as const
      return call(request, (reply) => readChunked(request, reply, format, open))
    },

    createUploadSession({ signal } = {}) {
      const request: OperationRequest = {
        operation: 'CreateUploadSession',
        override: OVERRIDES.createUploadSession,
        signal,
      }
      return call(request, async (reply) => {
        const bytes = await readWhole(reply, request)
        const session = parsed(request, () => parseCreateUploadSessionResponse(bytes))
        return { token: session.uploadSessionToken, expiresAt: session.uploadSessionExpiry }
      })
    },

    updateUploadSession(token, offset, bytes, { signal } = {}) {
      const request: OperationRequest = {
        operation: 'UpdateUploadSession',
        override: OVERRIDES.updateUploadSession,
        headers: {
          [HEADERS.uploadSessionToken]: token,
          [HEADERS.contentRangeOffset]: String(offset),
          [HEADERS.contentRangeLength]: String(bytes.length),
        },
        body: bytes,
        signal,
      }
      return call(request, async (reply) => {
        await readWhole(reply, request)
        const next = readNumber(reply.headers.get(HEADERS.uploadSessionCurrentOffset))
        if (next === undefined) {
          throw missingHeader(request.operation, reply, HEADERS.uploadSessionCurrentOffset)
        }
        if (next > offset) return next
        throw badReply(request.operation, `the session stands at ${next} after an update`)
      })
    },

    putChunkedFile(put, { signal } = {}) {
      const request: OperationRequest = {
        operation: 'PutChunkedFile',
        override: OVERRIDES.putChunkedFile,
        path: '/contents',
        headers: {
          [HEADERS.sequenceNumber]: String(put.sequenceNumber),
          ...(put.lockId && { [HEADERS.lock]: put.lockId }),
          ...(put.coauthLockId && { [HEADERS.coauthLockId]: put.coauthLockId }),
        },
        body: framed(encodePutChunkedFileRequest(put.message), put.chunks),
        signal,
      }
      return call(request, async (reply) => {
        await readWhole(reply, request)
        return stateOf(request, reply)
      })
    },
  }
}

type LockOperation = keyof typeof LOCK_OVERRIDES
const LOCK_OVERRIDES = {
  Lock: OVERRIDES.lock,
  RefreshLock: OVERRIDES.refreshLock,
  Unlock: OVERRIDES.unlock,
} as const

/** A body of frames. Chunks go as parts of a Blob, so that nothing is copied. */
function framed(message: Uint8Array, chunks: PutChunkedFile['chunks'] = []): Blob {
  const frames = chunks.flatMap(({ id, bytes }) => [
    encodeFrameHeader({ type: 'Chunk', payloadSize: bytes.length, chunkId: id }),
    bytes,
  ])
  return new Blob([encodeMessage(message), ...frames, END_FRAME] as BlobPart[])
}
