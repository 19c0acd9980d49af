import type { PackRef } from '../../ports/metadata/pack-ref.ts'
import type { ChunkingScheme } from '../../protocol/chunking/chunk.ts'
import type { PackedChunks } from '../../protocol/chunking/packed-chunks.ts'
import type { ContentProperty } from '../../protocol/messages.ts'
import { CONTENT_PART_LIFETIME_MS, MAIN_CONTENT } from '../../protocol/names.ts'
import type { ByteSource, ExtentList } from './extents.ts'

/** One stored state of a document: the chunks of each stream and the places of its bytes. */
export interface Manifest {
  streams: StreamState[]
  properties: PropertyState[]
}

export interface StreamState {
  streamId: string
  /** When the stream was last put, in ms since 1970 UTC. */
  updatedAt: number
  scheme: ChunkingScheme
  /** Size in bytes. */
  size: number
  /**
   * The signature that clients get: chunks in order, without gaps. Empty although `size` is not 0
   * when an application keeps the bytes and no request has needed the signature yet.
   */
  chunks: PackedChunks
  /** Other chunks, by id, that parts of the stream also resolve. */
  alternatives: PackedChunks
  /** The stream's bytes in order. */
  extents: ExtentList
  /**
   * The stream may be a zip that housekeeping still has to chunk. Until then the host serves it as
   * FullFile.
   */
  awaitsChunking: boolean
}

export interface PropertyState extends ContentProperty {
  /** When the property was last put, in ms since 1970 UTC. */
  updatedAt: number
}

/** Finds a stream of a manifest, unless its 30 days are over (MainContent never expires). */
export function findStream(
  manifest: Manifest,
  streamId: string,
  now: number,
): StreamState | undefined {
  return manifest.streams.find((stream) => stream.streamId === streamId && isLive(stream, now))
}

/** Whether a stream is live at `now` (put-chunked-file: 30 days since its last update). */
export function isLive(stream: StreamState, now: number): boolean {
  return stream.streamId === MAIN_CONTENT || now < stream.updatedAt + CONTENT_PART_LIFETIME_MS
}

/** The properties whose 30 days are not over. */
export function liveProperties(manifest: Manifest, now: number): PropertyState[] {
  return manifest.properties.filter(
    (property) => now < property.updatedAt + CONTENT_PART_LIFETIME_MS,
  )
}

/** Whether a stream waits for housekeeping to chunk it. */
export function anyAwaitsChunking(manifest: Manifest): boolean {
  return manifest.streams.some((stream) => stream.awaitsChunking)
}

/** Whether the signature of a stream is not computed yet. */
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

/** The byte source for a revision that an application keeps. */
export function applicationSource(fileId: string, revision: string): ByteSource {
  // Keys of packs never contain this character.
  return { key: `@${revision}`, application: { fileId, revision } }
}
