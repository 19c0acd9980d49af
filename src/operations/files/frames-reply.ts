import { openPieces, type Piece } from '../../content/packs/assemble.ts'
import { checkChunks } from '../../content/packs/checked.ts'
import type { ContentServices } from '../../content/saving/services.ts'
import type { Extent } from '../../content/state/extents.ts'
import { versionOf } from '../../content/state/version.ts'
import type { OpenedBytes } from '../../ports/blob-store.ts'
import type { HostReply } from '../../ports/exchange.ts'
import type { DocumentRecord } from '../../ports/metadata/documents.ts'
import type { Chunk, PlacedChunk } from '../../protocol/chunking/chunk.ts'
import { END_FRAME, encodeMessage } from '../../protocol/frames/encoder.ts'
import { HEADERS } from '../../protocol/names.ts'

/** A body of frames that is open, and the state that it shows. */
export interface OpenedFrames {
  body: OpenedBytes
  /** In bytes. */
  contentLength: number
  document: DocumentRecord
}

/** Frames to be sent, and the whole chunks in them. */
export interface FramePieces {
  pieces: Piece[]
  /** Of all pieces, in bytes. */
  length: number
  /** Chunks that are hashed again on the way, placed from the start of the pieces. */
  chunks: PlacedChunk[]
}

/** Adds a frame of bytes of a chunk, all of them or a part. */
export function appendFrame(
  frames: FramePieces,
  header: Uint8Array,
  extents: readonly Extent[],
  whole?: Chunk,
): void {
  frames.pieces.push(header)
  frames.length += header.length
  if (whole) frames.chunks.push({ ...whole, offset: frames.length })
  for (const extent of extents) {
    frames.pieces.push(extent)
    frames.length += extent.length
  }
}

/** Opens a body of a MessageJSON, the frames, and an EndFrame. */
export async function openFrames(
  { opener }: ContentServices,
  document: DocumentRecord,
  json: Uint8Array,
  { pieces, length, chunks }: FramePieces,
  signal: AbortSignal,
): Promise<OpenedFrames> {
  const message = encodeMessage(json)
  const opened = await openPieces(opener, [message, ...pieces, END_FRAME], signal)
  const contentLength = message.length + length + END_FRAME.length
  const body = await checkChunks(opened, chunks, { start: message.length })
  return { body, contentLength, document }
}

/** The answer of GetChunkedFile and GetChunks. */
export function framesReply({ body, contentLength, document }: OpenedFrames): HostReply {
  return {
    status: 200,
    headers: {
      [HEADERS.sequenceNumber]: String(document.sequenceNumber),
      [HEADERS.itemVersion]: versionOf(document),
      'Content-Type': 'application/octet-stream',
    },
    body,
    contentLength,
  }
}
