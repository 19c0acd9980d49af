import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import {
  encodePutChunkedFileRequest,
  type PutChunkedFileRequest,
  parseCreateUploadSessionResponse,
} from '../../protocol/upload-messages.ts'
import { badReply, missingHeader, readNumber } from '../errors.ts'
import { parsed, stateOf } from '../replies.ts'
import { type OperationRequest, readWhole, type Transport } from '../transport.ts'
import type { CallOptions } from './call-options.ts'
import { framed, type InlineChunk } from './framed.ts'

/** What PutChunkedFile sends. */
export interface PutChunkedFile {
  /** The state that the message builds on. */
  sequenceNumber: number
  message: PutChunkedFileRequest
  /** Sent inline, beside what an upload session holds. */
  chunks?: readonly InlineChunk[]
  lockId?: string | undefined
  coauthLockId?: string | undefined
}

/** The operations of upload sessions. */
export function sessionCalls({ call }: Pick<Transport, 'call'>) {
  return {
    createUploadSession({ signal }: CallOptions = {}) {
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

    updateUploadSession(
      token: string,
      offset: number,
      bytes: Uint8Array,
      { signal }: CallOptions = {},
    ) {
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
  }
}

/** The operation that saves. */
export function saveCalls({ call }: Pick<Transport, 'call'>) {
  return {
    putChunkedFile(put: PutChunkedFile, { signal }: CallOptions = {}) {
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
