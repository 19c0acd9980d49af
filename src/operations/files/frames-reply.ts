import { openPieces, type Piece } from '../../content/packs/assemble.ts'
import type { ContentServices } from '../../content/saving/services.ts'
import { versionOf } from '../../content/state/version.ts'
import type { OpenedBytes } from '../../ports/blob-store.ts'
import type { HostReply } from '../../ports/exchange.ts'
import type { DocumentRecord } from '../../ports/metadata/documents.ts'
import { END_FRAME, encodeMessage } from '../../protocol/frames/encoder.ts'
import { HEADERS } from '../../protocol/names.ts'

/** A body of frames that is open, and the state that it shows. */
export interface OpenedFrames {
  body: OpenedBytes
  /** In bytes. */
  contentLength: number
  document: DocumentRecord
}

/** Opens a body of a MessageJSON, the frames in `pieces`, and an EndFrame. */
export async function openFrames(
  { opener }: ContentServices,
  document: DocumentRecord,
  json: Uint8Array,
  pieces: readonly Piece[],
  signal: AbortSignal,
): Promise<OpenedFrames> {
  const all = [encodeMessage(json), ...pieces, END_FRAME]
  const contentLength = all.reduce((sum, piece) => sum + piece.length, 0)
  return { body: await openPieces(opener, all, signal), contentLength, document }
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
