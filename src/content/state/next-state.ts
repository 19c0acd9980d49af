import type { ChunkingScheme } from '../../protocol/chunking/chunk.ts'
import { CHUNK_ID_BYTES } from '../../protocol/chunking/chunk-id.ts'
import { PackedChunks } from '../../protocol/chunking/packed-chunks.ts'
import { tooLarge, WopiError } from '../../protocol/errors.ts'
import type { ContentProperty } from '../../protocol/messages.ts'
import {
  ALTERNATE_STREAMS_MAX,
  CONTENT_PROPERTIES_MAX,
  MAIN_CONTENT,
} from '../../protocol/names.ts'
import { ITEMS_PER_STEP, type Steps } from '../../protocol/steps.ts'
import { CHUNKS_PER_DOCUMENT_MAX, EXTENTS_MAX } from '../limits.ts'
import type { ChunkIndex } from './chunk-index.ts'
import type { ChunkedContent } from './chunked-content.ts'
import { emptyContent } from './chunked-content.ts'
import { ExtentList } from './extents.ts'
import {
  chunkCount,
  isLive,
  liveProperties,
  type Manifest,
  type PropertyState,
  type StreamState,
} from './manifest.ts'

/** What a client says a stream is made of. */
export interface DeclaredStream {
  streamId: string
  scheme: ChunkingScheme
  chunks: PackedChunks
}

/**
 * Finds the bytes of a declared stream. The signature stays as declared.
 *
 * @throws WopiError CHUNK_MISSING for an id that no source has, or has with another length
 */
export function* resolveStream(
  declared: DeclaredStream,
  index: ChunkIndex,
  now: number,
): Steps<StreamState> {
  const { streamId, scheme, chunks } = declared
  const extents = new ExtentList()
  const ids = chunks.rawIds
  for (let i = 0; i < chunks.length; i++) {
    if (i % ITEMS_PER_STEP === 0) yield
    const found = index.findRaw(ids, i * CHUNK_ID_BYTES)
    const length = chunks.lengthAt(i)
    if (found?.length !== length) throw chunkMissing(declared, i, found?.length)
    for (const extent of found.slice(0, length)) extents.push(extent)
    // A stream may name a chunk many times, and the chunk may span many fragments: bound the
    // product.
    if (extents.length > EXTENTS_MAX) throw tooScattered(streamId)
  }
  const common = { streamId, updatedAt: now, awaitsChunking: false }
  if (extents.size === 0) return { ...common, ...emptyContent() }
  const alternatives = new PackedChunks()
  return { ...common, scheme, size: extents.size, chunks, alternatives, extents }
}

/**
 * The state after a PutChunkedFile. Streams that it declares are replaced, or deleted when they
 * have no chunks, and its properties are set. Everything else is carried forward.
 */
export function applyChunkedPut(
  base: Manifest,
  streams: readonly StreamState[],
  deleted: ReadonlySet<string>,
  declared: readonly ContentProperty[],
  now: number,
): Manifest {
  const put = new Set(streams.map((stream) => stream.streamId))
  const kept = base.streams.filter(({ streamId }) => !put.has(streamId) && !deleted.has(streamId))
  const names = new Set(declared.map((property) => property.name))
  const properties = declared.map((property) => ({ ...property, updatedAt: now }))
  return {
    streams: [...kept.filter((stream) => isLive(stream, now)), ...streams],
    properties: [
      ...liveProperties(base, now).filter(({ name }) => !names.has(name)),
      ...properties,
    ],
  }
}

/**
 * The state after an update that was no PutChunkedFile: without alternate streams and properties of
 * DeleteOnContentChange (file-content-data-model).
 */
export function applyWholePut(base: Manifest, content: ChunkedContent, now: number): Manifest {
  const keeps = ({ retention }: PropertyState) => retention === 'KeepOnContentChange'
  return {
    streams: [mainStream(content, now)],
    properties: liveProperties(base, now).filter(keeps),
  }
}

/** The MainContent stream of bytes that were received whole. */
export function mainStream(content: ChunkedContent, now: number): StreamState {
  return { streamId: MAIN_CONTENT, updatedAt: now, ...content }
}

/**
 * Checks that a state is within the limits of protocol and host.
 *
 * @throws WopiError CONTENT_LIMIT, TOO_LARGE
 */
export function checkState(state: Manifest, maxFileBytes: number): void {
  const alternates = state.streams.filter(({ streamId }) => streamId !== MAIN_CONTENT).length
  if (alternates > ALTERNATE_STREAMS_MAX)
    throw new WopiError('CONTENT_LIMIT', {
      detail: `The file would have ${alternates} alternate streams; ${ALTERNATE_STREAMS_MAX} are allowed`,
    })
  if (state.properties.length > CONTENT_PROPERTIES_MAX)
    throw new WopiError('CONTENT_LIMIT', {
      detail: `The file would have ${state.properties.length} properties; ${CONTENT_PROPERTIES_MAX} are allowed`,
    })
  checkChunkCount(chunkCount(state))
  const size = state.streams.reduce((sum, stream) => sum + stream.size, 0)
  if (size > maxFileBytes) throw tooLarge(maxFileBytes)
}

/**
 * Checks how many chunks a file would have, also before anything of them is stored.
 *
 * @throws WopiError CONTENT_LIMIT
 */
export function checkChunkCount(chunks: number): void {
  if (chunks > CHUNKS_PER_DOCUMENT_MAX)
    throw new WopiError('CONTENT_LIMIT', {
      detail: `All streams of the file together would have ${chunks} chunks; ${CHUNKS_PER_DOCUMENT_MAX} are allowed`,
    })
}

function tooScattered(streamId: string): WopiError {
  return new WopiError('CONTENT_LIMIT', {
    detail: `Stream ${streamId.slice(0, 80)} would need more than ${EXTENTS_MAX} pieces: save it with larger chunks`,
  })
}

function chunkMissing(
  { streamId, chunks }: DeclaredStream,
  index: number,
  length: number | undefined,
): WopiError {
  const what =
    length === undefined
      ? 'is in none of the request, its upload session and the file'
      : `has ${length} bytes, not ${chunks.lengthAt(index)}`
  return new WopiError('CHUNK_MISSING', {
    detail: `Chunk ${chunks.idAt(index)} of stream ${streamId.slice(0, 80)} ${what}`,
  })
}
