import { EXTENTS_MAX } from '../../content/limits.ts'
import { messageOrRefusal, openOnlyMessage } from '../../content/saving/message-body.ts'
import { type FoundChunk, indexChunks, streamSource } from '../../content/state/chunk-index.ts'
import { findStream, type Manifest } from '../../content/state/manifest.ts'
import type { ChunkId } from '../../protocol/chunking/chunk.ts'
import { WopiError } from '../../protocol/errors.ts'
import { encodeFrameHeader } from '../../protocol/frames/encoder.ts'
import {
  encodeGetChunksResponse,
  type GetChunksRequest,
  parseGetChunksRequest,
  type RequestedRange,
} from '../../protocol/messages.ts'
import { OVERRIDES } from '../../protocol/names.ts'
import { defineOperation } from '../shared/operation.ts'
import { appendFrame, type FramePieces, framesReply, openFrames } from './frames-reply.ts'

/** GetChunks: ranges of chunks, for downloads that go on; chunks that are gone are left out. */
export const getChunks = defineOperation({
  name: 'GetChunks',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.getChunks },
  permission: 'read',
  continues: true,
  supported: ({ features }) => features.uploadSessions,

  read: ({ body }) => ({ body }),

  async run({ body }, { services, file, now, signal, share }) {
    using message = await openOnlyMessage(body, share)
    const request = messageOrRefusal(() => parseGetChunksRequest(message.json), 'MESSAGE_INVALID')
    const { document, manifest } = await services.withSignatures(file, signal)
    const found = request.contentFilters.map((filter) => findRanges(filter, manifest, now))
    const json = encodeGetChunksResponse({
      chunkRangeCollection: found.map(({ streamId, ranges }) => ({
        streamId,
        chunkIds: [...new Set(ranges.map(({ id }) => id))],
      })),
    })
    const pieces = piecesOf(found.flatMap(({ ranges }) => ranges))
    return openFrames(services, document, json, pieces, signal)
  },

  reply: framesReply,
})

/** A part of a chunk that is there, inside its bounds. */
interface FoundRange {
  id: ChunkId
  chunk: FoundChunk
  offset: number
  length: number
}

function findRanges(
  { streamId, chunkRangesToReturn }: GetChunksRequest['contentFilters'][number],
  manifest: Manifest,
  now: number,
): { streamId: string; ranges: FoundRange[] } {
  const stream = findStream(manifest, streamId, now)
  const index = indexChunks(stream ? [streamSource(stream)] : [])
  const ranges: FoundRange[] = []
  for (const range of chunkRangesToReturn) {
    const chunk = stream && index.find(range.chunkId)
    if (chunk) ranges.push({ id: range.chunkId, chunk, ...clampRange(range, chunk.length) })
  }
  return { streamId, ranges }
}

/** A length of -1, or one beyond the end, reaches to the end of the chunk. */
function clampRange({ chunkId, offset, length }: RequestedRange, chunkLength: number) {
  if (offset > chunkLength)
    throw new WopiError('MESSAGE_INVALID', {
      detail: `Chunk ${chunkId} has ${chunkLength} bytes; the range starts at ${offset}`,
    })
  const rest = chunkLength - offset
  return { offset, length: length === -1 ? rest : Math.min(length, rest) }
}

/** @throws WopiError MESSAGE_INVALID when so many ranges of so scattered chunks are asked for at once */
function piecesOf(ranges: readonly FoundRange[]): FramePieces {
  const frames: FramePieces = { pieces: [], length: 0, chunks: [] }
  for (const range of ranges) {
    appendRange(frames, range)
    if (frames.pieces.length > EXTENTS_MAX)
      throw new WopiError('MESSAGE_INVALID', {
        detail: `The ranges lie in more than ${EXTENTS_MAX} pieces: ask for fewer at once`,
      })
  }
  return frames
}

function appendRange(frames: FramePieces, { id, chunk, offset, length }: FoundRange): void {
  const header = encodeFrameHeader({
    type: 'ChunkRange',
    chunkId: id,
    payloadSize: length,
    offset,
    length,
    endOfChunk: offset + length === chunk.length,
  })
  const whole = length === chunk.length ? { id, length } : undefined
  appendFrame(frames, header, chunk.slice(offset, length), whole)
}
