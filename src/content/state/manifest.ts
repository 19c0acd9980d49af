import type { PackRef } from '../../ports/metadata/pack-ref.ts'
import type { ChunkingScheme } from '../../protocol/chunking/chunk.ts'
import type { PackedChunks } from '../../protocol/chunking/packed-chunks.ts'
import type { ContentProperty } from '../../protocol/messages.ts'
import { CONTENT_PART_LIFETIME_MS, MAIN_CONTENT } from '../../protocol/names.ts'
import type { ByteSource, ExtentList } from './extents.ts'

/** One stored state of a document: where the bytes of each stream lie, and under which names. */
export interface Manifest {
  streams: StreamState[]
  properties: PropertyState[]
}

export interface StreamState {
  streamId: string
  /** When the stream was last put, in ms since 1970 UTC. */
  updatedAt: number
  scheme: ChunkingScheme
  /** In bytes. */
  size: number
  /**
   * The signature that is served: chunks in order, without gaps. None at all, beside a size, for
   * bytes that an application keeps and that nobody has had to read yet.
   */
  chunks: PackedChunks
  /** Further names under which parts of the stream resolve. */
  alternatives: PackedChunks
  /** The stream's bytes in order. */
  extents: ExtentList
  /** The stream may be a zip that housekeeping has yet to cut; it is served as FullFile until then. */
  awaitsChunking: boolean
}

export interface PropertyState extends ContentProperty {
  /** When it was last put, in ms since 1970 UTC. */
  updatedAt: number
}

/** The stream of a manifest, unless it has outlived its 30 days (MainContent never does). */
export function findStream(
  manifest: Manifest,
  streamId: string,
  now: number,
): StreamState | undefined {
  return manifest.streams.find((stream) => stream.streamId === streamId && isLive(stream, now))
}

/** Whether a stream is still there at `now` (put-chunked-file: 30 days since its last update). */
export function isLive(stream: StreamState, now: number): boolean {
  return stream.streamId === MAIN_CONTENT || now < stream.updatedAt + CONTENT_PART_LIFETIME_MS
}

/** The properties that have not outlived their 30 days. */
export function liveProperties(manifest: Manifest, now: number): PropertyState[] {
  return manifest.properties.filter(
    (property) => now < property.updatedAt + CONTENT_PART_LIFETIME_MS,
  )
}

/** Whether a stream waits for housekeeping to cut it. */
export function anyAwaitsChunking(manifest: Manifest): boolean {
  return manifest.streams.some((stream) => stream.awaitsChunking)
}

/** Whether the signature of a stream has yet to be computed. */
export function lacksSignature({ size, chunks }: StreamState): boolean {
  return size > 0 && chunks.length === 0
}

/** All packs that a manifest names, each once. */
export function packsOf(manifest: Manifest): PackRef[] {
  return sourcesOf(manifest).filter(({ application }) => !application)
}

/** All sources that a manifest names, each once. */
export function sourcesOf({ streams }: Manifest): ByteSource[] {
  const sources = streams.flatMap(({ extents }) => extents.sources)
  return [...new Map(sources.map((source) => [source.key, source])).values()]
}

/** Chunks of all streams under all their names. */
export function chunkCount({ streams }: Manifest): number {
  return streams.reduce(
    (sum, { chunks, alternatives }) => sum + chunks.length + alternatives.length,
    0,
  )
}

/** Memory that a manifest takes, in bytes. */
export function manifestBytes({ streams }: Manifest): number {
  const bytesOf = ({ chunks, alternatives, extents }: StreamState) =>
    chunks.heldBytes + alternatives.heldBytes + extents.heldBytes
  return streams.reduce((sum, stream) => sum + bytesOf(stream), 0)
}

/** A revision that an application keeps, as an extent names it. */
export function applicationSource(fileId: string, revision: string): ByteSource {
  // No key of a pack has this character.
  return { key: `@${revision}`, application: { fileId, revision } }
}
