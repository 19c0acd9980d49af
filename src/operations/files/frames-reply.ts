import type { Share } from '../../content/bytes/share.ts'
import { openPieces, type Piece } from '../../content/packs/assemble.ts'
import { type CheckedChunks, checkChunks } from '../../content/packs/checked.ts'
import type { ContentServices } from '../../content/saving/services.ts'
import { versionOf } from '../../content/state/version.ts'
import type { OpenedBytes } from '../../ports/blob-store.ts'
import type { HostReply } from '../../ports/exchange.ts'
import type { DocumentRecord } from '../../ports/metadata/documents.ts'
import { END_FRAME, encodeFrameHeader } from '../../protocol/frames/encoder.ts'
import { type JsonPart, measureJson, writeJson } from '../../protocol/json-text.ts'
import { HEADERS } from '../../protocol/names.ts'

/** A body of frames that is open, and the state that it shows. */
export interface OpenedFrames {
  body: OpenedBytes
  /** In bytes. */
  contentLength: number
  document: DocumentRecord
}

/** What a body of frames says: nothing of it is made before it is sent. */
export interface FramesAnswer {
  document: DocumentRecord
  /** The MessageJSON. */
  json: readonly JsonPart[]
  /** The frames behind it. */
  pieces: Iterable<Piece>
  /** Of these frames, in bytes. */
  length: number
  /** Whole chunks that are hashed again on the way, placed from the start of the frames. */
  chunks: CheckedChunks
}

/** Opens a body of a MessageJSON, the frames in `pieces`, and an EndFrame. */
export async function openFrames(
  { opener }: ContentServices,
  { document, json, pieces, length, chunks }: FramesAnswer,
  { signal, share }: { signal: AbortSignal; share: Share },
): Promise<OpenedFrames> {
  const payloadSize = await share.work(measureJson(json))
  const header = encodeFrameHeader({ type: 'MessageJSON', payloadSize })
  const opened = await openPieces(opener, withEnd(pieces), {
    signal,
    share,
    lead: message(header, json),
  })
  const body = await checkChunks(opened, chunks, { start: header.length + payloadSize })
  const contentLength = header.length + payloadSize + length + END_FRAME.length
  return { body, contentLength, document }
}

function* message(header: Uint8Array, json: readonly JsonPart[]): Generator<Uint8Array> {
  yield header
  yield* writeJson(json)
}

function* withEnd(pieces: Iterable<Piece>): Generator<Piece> {
  yield* pieces
  yield END_FRAME
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
