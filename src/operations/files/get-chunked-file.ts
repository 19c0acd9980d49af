import { messageOrRefusal, openOnlyMessage } from '../../content/saving/message-body.ts'
import { indexExtents } from '../../content/state/extents.ts'
import {
  findStream,
  liveProperties,
  type Manifest,
  type StreamState,
} from '../../content/state/manifest.ts'
import type { ChunkId } from '../../protocol/chunking/chunk.ts'
import { encodeFrameHeader } from '../../protocol/frames/encoder.ts'
import {
  encodeGetChunkedFileResponse,
  type GetChunkedFileRequest,
  parseGetChunkedFileRequest,
} from '../../protocol/messages.ts'
import { OVERRIDES } from '../../protocol/names.ts'
import { placeChunks } from '../../protocol/signature.ts'
import { defineOperation } from '../shared/operation.ts'
import { appendFrame, type FramePieces, framesReply, openFrames } from './frames-reply.ts'

/** GetChunkedFile: signatures of the streams asked for, and the chunks that the client lacks. */
export const getChunkedFile = defineOperation({
  name: 'GetChunkedFile',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.getChunkedFile },
  permission: 'read',

  read: ({ body }) => ({ body }),

  async run({ body }, { services, file, now, signal, share }) {
    using message = await openOnlyMessage(body, share)
    const request = messageOrRefusal(
      () => parseGetChunkedFileRequest(message.json),
      'MESSAGE_INVALID',
    )
    const { document, manifest } = await services.withSignatures(file, signal)
    const found = request.contentFilters.map((filter) => ({
      filter,
      stream: findStream(manifest, filter.streamId, now),
    }))
    const json = encodeGetChunkedFileResponse({
      contentProperties: propertiesOf(manifest, request, now),
      signatures: found.map(({ filter, stream }) => signatureOf(filter.streamId, stream)),
    })
    return openFrames(services, document, json, chunkPieces(found), signal)
  },

  reply: framesReply,
})

type Filter = GetChunkedFileRequest['contentFilters'][number]

function propertiesOf(manifest: Manifest, request: GetChunkedFileRequest, now: number) {
  const wanted = new Set(request.contentPropertiesToReturn)
  return liveProperties(manifest, now).filter(({ name }) => wanted.has(name))
}

/** A stream that does not exist has the scheme Zip and no chunks. */
function signatureOf(streamId: string, stream: StreamState | undefined) {
  return { streamId, scheme: stream?.scheme ?? ('Zip' as const), chunks: stream?.chunks ?? [] }
}

/** The Chunk frames of all streams; a chunk that several places need goes out once. */
function chunkPieces(
  found: readonly { filter: Filter; stream: StreamState | undefined }[],
): FramePieces {
  const frames: FramePieces = { pieces: [], length: 0, chunks: [] }
  const sent = new Set<ChunkId>()
  for (const { filter, stream } of found) {
    if (!stream) continue
    const bytes = indexExtents(stream.extents)
    const known = new Set(filter.alreadyKnownChunks)
    for (const { id, offset, length } of wantedChunks(filter, stream)) {
      if (known.has(id) || sent.has(id)) continue
      sent.add(id)
      const header = encodeFrameHeader({ type: 'Chunk', chunkId: id, payloadSize: length })
      appendFrame(frames, header, bytes.slice(offset, length), { id, length })
    }
  }
  return frames
}

function wantedChunks({ chunksToReturn }: Filter, { scheme, chunks }: StreamState) {
  if (chunksToReturn === 'All') return placeChunks(chunks)
  if (chunksToReturn === 'LastZipChunk' && scheme === 'Zip') return placeChunks(chunks).slice(-1)
  return []
}
