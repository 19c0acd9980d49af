import {
  encodeGetChunkedFileRequest,
  encodeGetChunksRequest,
  type GetChunkedFileRequest,
  type GetChunksRequest,
  parseGetChunkedFileResponse,
  parseGetChunksResponse,
} from '../../protocol/messages.ts'
import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import { createOpenChunk, type OpenChunk } from '../chunk-events.ts'
import { parsed, readChunked, stateOf } from '../replies.ts'
import { type OperationRequest, readPieces, readWhole, type Transport } from '../transport.ts'
import type { CallOptions } from './call-options.ts'
import { framed } from './framed.ts'

type ChunkedCallOptions = CallOptions & { open?: OpenChunk }

/** The operations that read a document, the chunked ones aside. */
export function readCalls({ call }: Pick<Transport, 'call'>) {
  return {
    checkFileInfo({ signal }: CallOptions = {}) {
      const request: OperationRequest = { operation: 'CheckFileInfo', method: 'GET', signal }
      return call(request, async (reply) => {
        const bytes = await readWhole(reply, request)
        return parsed(request, () => JSON.parse(new TextDecoder().decode(bytes)))
      })
    },

    getSequenceNumber({ signal }: CallOptions = {}) {
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

    getFile({ signal }: CallOptions = {}) {
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
  }
}

/** The operations that read a document by chunks. */
export function chunkedReadCalls({ call }: Pick<Transport, 'call'>) {
  return {
    getChunkedFile(
      message: GetChunkedFileRequest,
      { signal, open = createOpenChunk() }: ChunkedCallOptions = {},
    ) {
      const request: OperationRequest = {
        operation: 'GetChunkedFile',
        override: OVERRIDES.getChunkedFile,
        body: framed(encodeGetChunkedFileRequest(message)),
        signal,
      }
      const format = { chunkFrames: 'Chunk', parse: parseGetChunkedFileResponse } as const
      return call(request, (reply) => readChunked(request, reply, format, open))
    },

    getChunks(
      message: GetChunksRequest,
      { signal, open = createOpenChunk() }: ChunkedCallOptions = {},
    ) {
      const request: OperationRequest = {
        operation: 'GetChunks',
        override: OVERRIDES.getChunks,
        body: framed(encodeGetChunksRequest(message)),
        signal,
      }
      const format = { chunkFrames: 'ChunkRange', parse: parseGetChunksResponse } as const
      return call(request, (reply) => readChunked(request, reply, format, open))
    },
  }
}
