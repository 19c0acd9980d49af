import type { Chunk } from '../../protocol/chunking/chunk.ts'
import { tooLarge, WopiError } from '../../protocol/errors.ts'
import type { ContentProperty } from '../../protocol/messages.ts'
import {
  ALTERNATE_STREAMS_MAX,
  CONTENT_PROPERTIES_MAX,
  MAIN_CONTENT,
} from '../../protocol/names.ts'
import type { StreamSignature } from '../../protocol/signature.ts'
import { EXTENTS_MAX } from '../limits.ts'
import type { ChunkIndex } from './chunk-index.ts'
import type { ChunkedContent } from './chunked-content.ts'
import { EMPTY_CONTENT } from './chunked-content.ts'
import { appendExtent, type Extent } from './extents.ts'
import {
  isLive,
  liveProperties,
  type Manifest,
  type PropertyState,
  type StreamState,
} from './manifest.ts'

/**
 * Finds the bytes of a declared stream. The signature is kept as it was declared.
 *
 * @throws WopiError CHUNK_MISSING for an id that no source knows, or knows with another length
 */
export function resolveStream(
  declared: StreamSignature,
  index: ChunkIndex,
  now: number,
): StreamState {
  const extents: Extent[] = []
  let size = 0
  for (const { id, length } of declared.chunks) {
    const found = index.find(id)
    if (found?.length !== length)
      throw chunkMissing(declared.streamId, { id, length }, found?.length)
    for (const extent of found.slice(0, length)) appendExtent(extents, extent)
    // A chunk may be named many times and lie in many fragments: the product has to stay bounded.
    if (extents.length > EXTENTS_MAX) throw tooScattered(declared.streamId)
    size += length
  }
  const common = {
    streamId: declared.streamId,
    updatedAt: now,
    alternatives: [],
    awaitsChunking: false,
  }
  if (size === 0) return { ...common, ...EMPTY_CONTENT }
  return { ...common, scheme: declared.scheme, size, chunks: [...declared.chunks], extents }
}

/**
 * The state after a PutChunkedFile: the streams it names replaced, or deleted where it names no
 * chunks, and its properties set; everything else is carried forward.
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
 * The state after an update that was no PutChunkedFile: alternate streams and properties of
 * DeleteOnContentChange are gone (file-content-data-model).
 */
export function applyWholePut(base: Manifest, content: ChunkedContent, now: number): Manifest {
  const keeps = ({ retention }: PropertyState) => retention === 'KeepOnContentChange'
  return {
    streams: [mainStream(content, now)],
    properties: liveProperties(base, now).filter(keeps),
  }
}

/** A MainContent stream of bytes that came whole. */
export function mainStream(content: ChunkedContent, now: number): StreamState {
  return { streamId: MAIN_CONTENT, updatedAt: now, ...content }
}

/**
 * Checks what the protocol and the host allow a file to hold.
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
  const size = state.streams.reduce((sum, stream) => sum + stream.size, 0)
  if (size > maxFileBytes) throw tooLarge(maxFileBytes)
}

function tooScattered(streamId: string): WopiError {
  return new WopiError('CONTENT_LIMIT', {
    detail: `Stream ${streamId.slice(0, 80)} would lie in more than ${EXTENTS_MAX} pieces`,
  })
}

function chunkMissing(streamId: string, chunk: Chunk, length: number | undefined): WopiError {
  const what =
    length === undefined
      ? 'is in neither the request, its upload session, nor the file'
      : `has ${length} bytes, not ${chunk.length}`
  return new WopiError('CHUNK_MISSING', {
    detail: `Chunk ${chunk.id} of stream ${streamId.slice(0, 80)} ${what}`,
  })
}
