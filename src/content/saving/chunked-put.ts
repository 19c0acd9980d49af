import { createHash } from 'node:crypto'
import type { DocumentRecord } from '../../ports/metadata/documents.ts'
import type { PackRef } from '../../ports/metadata/pack-ref.ts'
import type { SessionRecord } from '../../ports/metadata/sessions.ts'
import type { PlacedChunk } from '../../protocol/chunking/chunk.ts'
import { tooLarge, WopiError } from '../../protocol/errors.ts'
import { createChunkReader } from '../../protocol/frames/chunk-reader.ts'
import { MAIN_CONTENT } from '../../protocol/names.ts'
import type { SaveCause } from '../../protocol/save-cause.ts'
import type { PutChunkedFileRequest } from '../../protocol/upload-messages.ts'
import type { ByteCursor } from '../bytes/cursor.ts'
import { CHUNKS_PER_UPLOAD_MAX } from '../limits.ts'
import { writePack } from '../packs/pack-writer.ts'
import {
  type ChunkIndex,
  type ChunkSource,
  indexChunks,
  manifestSources,
} from '../state/chunk-index.ts'
import type { Manifest } from '../state/manifest.ts'
import type { DocumentState } from '../state/manifests.ts'
import { applyChunkedPut, checkState, resolveStream } from '../state/next-state.ts'
import { chunkIfZip } from './chunk-stream.ts'
import { commitNext, type NextState, type SavedState } from './commit.ts'
import { takeBytes } from './message-body.ts'
import type { ContentServices } from './services.ts'
import { readerOf, sessionSource } from './session-format.ts'
import {
  findOpenSession,
  findSession,
  framesOrRefusal,
  hashToken,
  tooManyChunks,
} from './upload-session.ts'

const FRAME_HEADER_BYTES = 16

/** A PutChunkedFile whose message was read. */
export interface ChunkedPut {
  fileId: string
  documentKey: string
  /** As it was when the request started. */
  document: DocumentRecord
  userId: string
  /** What the client says of the save. */
  cause?: SaveCause
  message: PutChunkedFileRequest
  /** What a repeat of the same request is known by. */
  digest: string
  /** The state that the client has seen. */
  baseSequenceNumber: number
  /** The frames behind the message. */
  frames: ByteCursor
  /**
   * Looks at locks and sequence number of the state that the save would follow.
   *
   * @returns when the lock runs out, in ms since 1970 UTC
   * @throws WopiError LOCK_CONFLICT, SEQUENCE_MISMATCH
   */
  check(current: Pick<DocumentState, 'document' | 'now'>): Promise<{ validBefore?: number }>
}

/**
 * Saves what a PutChunkedFile declares (put-chunked-file): stores the chunks that it brings, finds
 * all others in its upload session and in the file, and commits. The content is not read for that,
 * but for a zip that was declared as one chunk. Any failure leaves file and session as they were.
 *
 * @throws WopiError what `check` throws, and SESSION_GONE, FRAMES_INVALID, CHUNK_MISSING,
 *   CONTENT_LIMIT, TOO_LARGE
 */
export async function putChunks(
  services: ContentServices,
  put: ChunkedPut,
  signal: AbortSignal,
): Promise<SavedState> {
  const token = put.message.uploadSessionTokenToCommit
  if (token) await findOpenSession(services.metadata, token, put.documentKey)
  await services.withSignatures(put.document, signal)
  const inline = await storeFrames(services, put, signal)

  const prepare = async (current: DocumentState): Promise<NextState> => {
    const { validBefore } = await put.check(current)
    const session = token ? await readSession(services, token) : undefined
    const sources = [inline.source, ...manifestSources(current.manifest, current.now)]
    if (session) sources.splice(1, 0, await sessionSource(services.metadata, session.tokenHash))
    const manifest = await nextManifest(services, put, current, indexChunks(sources), signal)
    checkState(manifest, services.limits.maxFileBytes)
    return {
      manifest,
      validBefore,
      newPacks: inline.packs,
      ...(session && { session: ending(session, put) }),
    }
  }
  return commitNext(services, { ...put, packs: inline.packs }, prepare)
}

/** Names a message, so that a repeat of it is known. */
export function digestMessage(json: Uint8Array): string {
  return createHash('sha256').update(json).digest('hex')
}

/**
 * The result of an earlier commit of the same session by the same request, as long as it is still
 * the file's latest state: its reply may have been lost.
 *
 * @param document as it was before this is asked, so that a commit that it shows is found
 */
export async function findRepeatedCommit(
  { metadata }: ContentServices,
  { message, documentKey, ...put }: ChunkedPut,
  { sequenceNumber, modifiedAt }: DocumentRecord,
): Promise<SavedState | undefined> {
  const token = message.uploadSessionTokenToCommit
  if (!token) return undefined
  const { committed } = (await findSession(metadata, token, documentKey)).session
  const isRepeat =
    committed?.digest === put.digest &&
    committed.baseSequenceNumber === put.baseSequenceNumber &&
    committed.sequenceNumber === sequenceNumber
  return isRepeat ? { sequenceNumber, modifiedAt } : undefined
}

/** Puts the Chunk frames of the body into a pack; without any there is nothing to store. */
async function storeFrames(
  services: ContentServices,
  { documentKey, frames }: ChunkedPut,
  signal: AbortSignal,
): Promise<{ source: ChunkSource; packs: PackRef[] }> {
  const reader = createChunkReader({ endFrame: 'required' })
  const chunks: PlacedChunk[] = []
  function check(bytes: Uint8Array): Uint8Array {
    for (const chunk of reader.push(bytes)) chunks.push(chunk)
    if (chunks.length > CHUNKS_PER_UPLOAD_MAX) throw tooManyChunks()
    if (reader.position > services.limits.maxFileBytes) throw tooLarge(services.limits.maxFileBytes)
    return bytes
  }

  return framesOrRefusal(async () => {
    const start = check(await takeBytes(frames, FRAME_HEADER_BYTES))
    if (reader.ended) return { source: { chunks, extents: [] }, packs: [] }
    const { pack, length } = await writePack(services, documentKey, checked(), signal)
    return { source: { chunks, extents: [{ source: pack, offset: 0, length }] }, packs: [pack] }

    async function* checked(): AsyncGenerator<Uint8Array> {
      yield start
      for await (const bytes of frames) {
        yield check(bytes)
        if (reader.ended) break
      }
      reader.finish()
    }
  })
}

/**
 * The session as it is now; its expiry was judged when the request started. Its bytes count as if
 * they were in the request, so a frame that is cut at their end is refused in the same way.
 */
async function readSession({ metadata }: ContentServices, token: string): Promise<SessionRecord> {
  const found = await metadata.readSession(hashToken(token))
  if (!found || found.session.committed) throw new WopiError('SESSION_GONE')
  await framesOrRefusal(async () => readerOf(found.session).finish())
  return found.session
}

async function nextManifest(
  { opener }: ContentServices,
  { message }: ChunkedPut,
  { manifest, now }: DocumentState,
  index: ChunkIndex,
  signal: AbortSignal,
): Promise<Manifest> {
  const deleted = new Set<string>()
  const streams = []
  for (const declared of message.signatures) {
    if (declared.chunks.length === 0 && declared.streamId !== MAIN_CONTENT)
      deleted.add(declared.streamId)
    else streams.push(await chunkIfZip(opener, resolveStream(declared, index, now), signal))
  }
  return applyChunkedPut(manifest, streams, deleted, message.contentProperties, now)
}

function ending({ tokenHash, received }: SessionRecord, put: ChunkedPut) {
  const { baseSequenceNumber, digest } = put
  return { tokenHash, received, baseSequenceNumber, digest }
}
