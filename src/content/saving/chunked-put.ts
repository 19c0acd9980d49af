import { createHash } from 'node:crypto'
import type { DocumentRecord } from '../../ports/metadata/documents.ts'
import type { PackRef } from '../../ports/metadata/pack-ref.ts'
import type { SessionRecord } from '../../ports/metadata/sessions.ts'
import { PackedChunks } from '../../protocol/chunking/packed-chunks.ts'
import { tooLarge, WopiError } from '../../protocol/errors.ts'
import { createChunkReader } from '../../protocol/frames/chunk-reader.ts'
import { FRAME_HEADER_BYTES } from '../../protocol/frames/layout.ts'
import type { ContentProperty } from '../../protocol/messages.ts'
import { MAIN_CONTENT } from '../../protocol/names.ts'
import type { SaveCause } from '../../protocol/save-cause.ts'
import type { Steps } from '../../protocol/steps.ts'
import type { ByteCursor } from '../bytes/cursor.ts'
import type { Share } from '../bytes/share.ts'
import { CHUNKS_PER_UPLOAD_MAX } from '../limits.ts'
import { writePack } from '../packs/pack-writer.ts'
import { type ChunkIndex, indexChunks, manifestSources } from '../state/chunk-index.ts'
import {
  buildChunkTable,
  type ChunkSource,
  type ChunkTable,
  TABLE_BYTES_PER_CHUNK,
} from '../state/chunk-table.ts'
import { ExtentList } from '../state/extents.ts'
import { chunkCount, isLive, type Manifest } from '../state/manifest.ts'
import type { DocumentState } from '../state/manifests.ts'
import {
  applyChunkedPut,
  checkChunkCount,
  checkState,
  type DeclaredStream,
  resolveStream,
} from '../state/next-state.ts'
import { createZipCutter, type ZipCutter } from './chunk-stream.ts'
import { commitNext, type NextState, type SavedState } from './commit.ts'
import { takeBytes } from './message-body.ts'
import { pushPieces } from './push-pieces.ts'
import type { ContentServices } from './services.ts'
import { readerOf } from './session-format.ts'
import {
  findOpenSession,
  findSession,
  framesOrRefusal,
  hashToken,
  tooManyChunks,
} from './upload-session.ts'

const DIGESTED_BYTES_PER_STEP = 256 * 1024

/** What a PutChunkedFile declares. */
export interface DeclaredPut {
  contentProperties: ContentProperty[]
  signatures: DeclaredStream[]
  uploadSessionTokenToCommit?: string
}

/** A PutChunkedFile with its decoded message. */
export interface ChunkedPut {
  fileId: string
  documentKey: string
  /** As it was when the request started, at `now`. */
  document: DocumentRecord
  now: number
  userId: string
  /** What the client says of the save. */
  cause?: SaveCause
  message: DeclaredPut
  /** Of this request. */
  share: Share
  /** Identifies a repeat of the same request. */
  digest: string
  /** The state on which the client based the save. */
  baseSequenceNumber: number
  /** The frames after the message. */
  frames: ByteCursor
  /**
   * Checks locks and sequence number of the state that the save would follow.
   *
   * @returns when the lock expires, in ms since 1970 UTC
   * @throws WopiError LOCK_CONFLICT, SEQUENCE_MISMATCH
   */
  check(current: Pick<DocumentState, 'document' | 'now'>): Promise<{ validBefore?: number }>
}

/**
 * Saves what a PutChunkedFile declares (put-chunked-file): stores its chunks, finds all others in
 * its upload session and in the file, and commits. It reads no content, except for a zip that was
 * declared as one chunk. Any failure leaves file and session unchanged.
 *
 * @throws WopiError whatever `check` throws, SESSION_GONE, FRAMES_INVALID, CHUNK_MISSING,
 *   CONTENT_LIMIT, TOO_LARGE
 */
export async function putChunks(
  services: ContentServices,
  put: ChunkedPut,
  signal: AbortSignal,
): Promise<SavedState> {
  const token = put.message.uploadSessionTokenToCommit
  if (token) await findOpenSession(services.metadata, token, put.documentKey)
  const base = await services.withSignatures(put.document, signal, put.share)
  checkDeclared(put, base.manifest)
  const inline = await storeFrames(services, put, signal)
  let inlineTable: ChunkTable | undefined
  const cutZip = createZipCutter(services.opener, { signal, share: put.share })

  const prepare = async (current: DocumentState): Promise<NextState> => {
    const { validBefore } = await put.check(current)
    const session = token ? await readSession(services, token) : undefined
    inlineTable ??= await tableOf([inline.source], put.share)
    const tables = [inlineTable]
    if (session) tables.push(await services.sessionChunks.of(session, put.share))
    tables.push(await tableOf(manifestSources(current.manifest, current.now), put.share))
    const manifest = await nextManifest(put, current, indexChunks(tables), cutZip)
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

/** Computes the digest of a message, which identifies a repeat. */
export function* digestMessage(json: Uint8Array): Steps<string> {
  const hash = createHash('sha256')
  for (let at = 0; at < json.length; at += DIGESTED_BYTES_PER_STEP) {
    hash.update(json.subarray(at, at + DIGESTED_BYTES_PER_STEP))
    yield
  }
  return hash.digest('hex')
}

/**
 * The result of an earlier commit by the same request with the same session, as long as it is still
 * the file's latest state. Its reply may have been lost.
 *
 * @param document as read before this call, so that a commit it shows is found
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

/**
 * Refuses what can only become too many chunks, before anything is stored.
 *
 * @throws WopiError CONTENT_LIMIT
 */
function checkDeclared({ message: { signatures }, now }: ChunkedPut, base: Manifest): void {
  const put = new Set(signatures.map(({ streamId }) => streamId))
  const declared = signatures.reduce((sum, { chunks }) => sum + chunks.length, 0)
  const kept = base.streams.filter((stream) => !put.has(stream.streamId) && isLive(stream, now))
  checkChunkCount(declared + chunkCount({ ...base, streams: kept }))
}

/** Makes the chunks of sources known by their ids. */
async function tableOf(sources: readonly ChunkSource[], share: Share): Promise<ChunkTable> {
  const count = sources.reduce((sum, { chunks }) => sum + chunks.length, 0)
  await share.grow(count * TABLE_BYTES_PER_CHUNK)
  return share.work(buildChunkTable(sources))
}

/** Stores the Chunk frames of the body in a pack; without any it stores nothing. */
async function storeFrames(
  services: ContentServices,
  { documentKey, frames, share }: ChunkedPut,
  signal: AbortSignal,
): Promise<{ source: ChunkSource; packs: PackRef[] }> {
  const reader = createChunkReader({ endFrame: 'required' })
  const chunks = new PackedChunks()
  async function check(bytes: Uint8Array): Promise<Uint8Array> {
    const held = chunks.heldBytes
    const push = (piece: Uint8Array) => {
      for (const chunk of reader.push(piece)) chunks.push(chunk)
    }
    await share.work(pushPieces(bytes, push))
    if (chunks.length > CHUNKS_PER_UPLOAD_MAX) throw tooManyChunks()
    if (reader.position > services.limits.maxFileBytes) throw tooLarge(services.limits.maxFileBytes)
    await share.grow(chunks.heldBytes - held)
    return bytes
  }

  return framesOrRefusal(async () => {
    const start = await check(await takeBytes(frames, FRAME_HEADER_BYTES))
    if (reader.ended) return { source: { chunks, extents: new ExtentList() }, packs: [] }
    const { pack, length } = await writePack(services, documentKey, checked(), signal)
    const extents = ExtentList.of([{ source: pack, offset: 0, length }])
    return { source: { chunks, extents }, packs: [pack] }

    async function* checked(): AsyncGenerator<Uint8Array> {
      yield start
      for await (const bytes of frames) {
        yield await check(bytes)
        if (reader.ended) break
      }
      reader.finish()
    }
  })
}

/**
 * The session as it is now. Its expiry was checked when the request started. Its bytes count as
 * part of the request, so a truncated frame at their end is refused in the same way.
 */
async function readSession({ metadata }: ContentServices, token: string): Promise<SessionRecord> {
  const found = await metadata.readSession(hashToken(token))
  if (!found || found.session.committed) throw new WopiError('SESSION_GONE')
  await framesOrRefusal(async () => readerOf(found.session).finish())
  return found.session
}

async function nextManifest(
  { message, share }: ChunkedPut,
  { manifest, now }: DocumentState,
  index: ChunkIndex,
  cutZip: ZipCutter,
): Promise<Manifest> {
  const deleted = new Set<string>()
  const streams = []
  for (const declared of message.signatures) {
    if (declared.chunks.length === 0 && declared.streamId !== MAIN_CONTENT)
      deleted.add(declared.streamId)
    else {
      const stream = await share.work(resolveStream(declared, index, now))
      await share.grow(stream.extents.heldBytes)
      streams.push(await cutZip(stream))
    }
  }
  return applyChunkedPut(manifest, streams, deleted, message.contentProperties, now)
}

function ending({ tokenHash, received }: SessionRecord, put: ChunkedPut) {
  const { baseSequenceNumber, digest } = put
  return { tokenHash, received, baseSequenceNumber, digest }
}
