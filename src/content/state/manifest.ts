import type { PackRef } from '../../ports/metadata/pack-ref.ts'
import type { Chunk, ChunkingScheme, PlacedChunk } from '../../protocol/chunking/chunk.ts'
import { chunkIdFromBytes, chunkIdToBytes } from '../../protocol/chunking/chunk-id.ts'
import type { ContentProperty } from '../../protocol/messages.ts'
import { CONTENT_PART_LIFETIME_MS, MAIN_CONTENT } from '../../protocol/names.ts'
import { hashBytes } from '../../protocol/spooky/spooky.ts'
import {
  type ByteReader,
  type ByteWriter,
  createByteReader,
  createByteWriter,
  StoredFormatError,
} from '../bytes/codec.ts'
import { appendExtent, type ByteSource, type Extent } from './extents.ts'

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
  chunks: Chunk[]
  /** Further names under which parts of the stream resolve. */
  alternatives: PlacedChunk[]
  /** The stream's bytes in order. */
  extents: Extent[]
  /** The stream may be a zip that housekeeping has yet to cut; it is served as FullFile until then. */
  awaitsChunking: boolean
}

export interface PropertyState extends ContentProperty {
  /** When it was last put, in ms since 1970 UTC. */
  updatedAt: number
}

/** Before it manifests had no checksum. */
const UNCHECKED_VERSION = 1
const FORMAT_VERSION = 2
const CHECKSUM_BYTES = 16
/** Kinds of byte sources in the table of a manifest; others may follow. */
const SOURCE_PACK = 0
const SOURCE_APPLICATION = 1
const SCHEMES: readonly ChunkingScheme[] = ['FullFile', 'Zip']
const RETENTIONS: readonly ContentProperty['retention'][] = [
  'DeleteOnContentChange',
  'KeepOnContentChange',
]
const CHUNK_ID_BYTES = 16

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

function sourcesOf(manifest: Manifest): ByteSource[] {
  const sources = new Map<string, ByteSource>()
  for (const stream of manifest.streams)
    for (const { source } of stream.extents) sources.set(source.key, source)
  return [...sources.values()]
}

/** A revision that an application keeps, as an extent names it. */
export function applicationSource(fileId: string, revision: string): ByteSource {
  // No key of a pack has this character.
  return { key: `@${revision}`, application: { fileId, revision } }
}

/**
 * Encodes a manifest: a format version, a hash of all that follows, a table of byte sources, then
 * streams and properties. A chunk costs its id, its length and about three bytes of extent.
 */
export function encodeManifest(manifest: Manifest): Uint8Array {
  const sources = sourcesOf(manifest)
  const indexOfSource = new Map(sources.map(({ key }, index) => [key, index]))
  const out = createByteWriter()
  out.byte(FORMAT_VERSION)
  out.raw(new Uint8Array(CHECKSUM_BYTES))
  writeList(out, sources, (source) => writeSource(out, source))
  writeList(out, manifest.streams, (stream) => writeStream(out, stream, indexOfSource))
  writeList(out, manifest.properties, (property) => {
    out.text(property.name)
    out.text(property.value)
    out.byte(RETENTIONS.indexOf(property.retention))
    out.integer(property.updatedAt)
  })
  const bytes = out.finish()
  bytes.set(checksumOf(bytes), 1)
  return bytes
}

function checksumOf(manifest: Uint8Array): Uint8Array {
  return hashBytes(manifest.subarray(1 + CHECKSUM_BYTES))
}

/**
 * Decodes what `encodeManifest` wrote, also with an earlier version of this library.
 *
 * @throws StoredFormatError when the bytes are damaged or of a later version
 */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const input = createByteReader(bytes)
  const version = input.byte()
  if (version === FORMAT_VERSION) checkSum(bytes, input.raw(CHECKSUM_BYTES))
  else if (version !== UNCHECKED_VERSION)
    throw new StoredFormatError(
      `A manifest has format ${version}; this release reads up to ${FORMAT_VERSION}`,
    )
  const sources = readList(input, () => readSource(input))
  const streams = readList(input, () => readStream(input, sources))
  const properties = readList(input, () => ({
    name: input.text(),
    value: input.text(),
    retention: pick(RETENTIONS, input.byte()),
    updatedAt: input.integer(),
  }))
  input.finish()
  return { streams, properties }
}

function checkSum(manifest: Uint8Array, stored: Uint8Array): void {
  const found = checksumOf(manifest)
  if (!stored.every((byte, i) => byte === found[i]))
    throw new StoredFormatError('The manifest has other bytes than were stored')
}

/** Chunks with their places in a stream or session, encoded as `readPlacedChunks` reads them. */
export function writePlacedChunks(out: ByteWriter, chunks: readonly PlacedChunk[]): void {
  writeList(out, chunks, (chunk) => writePlacedChunk(out, chunk))
}

/** One chunk of such a list. */
export function writePlacedChunk(out: ByteWriter, { id, offset, length }: PlacedChunk): void {
  out.raw(chunkIdToBytes(id))
  out.integer(offset)
  out.integer(length)
}

export function readPlacedChunks(input: ByteReader): PlacedChunk[] {
  return readList(input, () => ({
    id: chunkIdFromBytes(input.raw(CHUNK_ID_BYTES)),
    offset: input.integer(),
    length: input.integer(),
  }))
}

function writeStream(
  out: ByteWriter,
  stream: StreamState,
  indexOfSource: Map<string, number>,
): void {
  out.text(stream.streamId)
  out.integer(stream.updatedAt)
  out.byte(SCHEMES.indexOf(stream.scheme))
  out.byte(stream.awaitsChunking ? 1 : 0)
  out.integer(stream.size)
  writeList(out, stream.chunks, (chunk) => {
    out.raw(chunkIdToBytes(chunk.id))
    out.integer(chunk.length)
  })
  writePlacedChunks(out, stream.alternatives)
  writeExtents(out, stream.extents, indexOfSource)
}

/**
 * Extents mostly follow each other in one pack with a frame header between them, so the source is
 * written as a step from the last one and the offset as a step from where the last one ended.
 */
function writeExtents(
  out: ByteWriter,
  extents: readonly Extent[],
  indexOfSource: Map<string, number>,
): void {
  let last = 0
  let end = 0
  writeList(out, extents, (extent) => {
    const index = indexOfSource.get(extent.source.key) as number
    out.integer(zigzag(index - last))
    out.integer(zigzag(extent.offset - (index === last ? end : 0)))
    out.integer(extent.length)
    last = index
    end = extent.offset + extent.length
  })
}

function writeSource(out: ByteWriter, { key, locator, application }: ByteSource): void {
  out.byte(application ? SOURCE_APPLICATION : SOURCE_PACK)
  out.text(application ? application.fileId : key)
  out.text(application ? application.revision : (locator ?? ''))
}

function readSource(input: ByteReader): ByteSource {
  const kind = input.byte()
  if (kind === SOURCE_APPLICATION) return applicationSource(input.text(), input.text())
  if (kind !== SOURCE_PACK)
    throw new StoredFormatError(`A manifest names a byte source of kind ${kind}, unknown here`)
  const key = input.text()
  const locator = input.text()
  return locator === '' ? { key } : { key, locator }
}

function readStream(input: ByteReader, sources: readonly ByteSource[]): StreamState {
  return {
    streamId: input.text(),
    updatedAt: input.integer(),
    scheme: pick(SCHEMES, input.byte()),
    awaitsChunking: input.byte() === 1,
    size: input.integer(),
    chunks: readList(input, () => ({
      id: chunkIdFromBytes(input.raw(CHUNK_ID_BYTES)),
      length: input.integer(),
    })),
    alternatives: readPlacedChunks(input),
    extents: readExtents(input, sources),
  }
}

function readExtents(input: ByteReader, sources: readonly ByteSource[]): Extent[] {
  let index = 0
  let end = 0
  const extents: Extent[] = []
  for (let left = input.integer(); left > 0; left--) {
    const step = unzigzag(input.integer())
    const offset = unzigzag(input.integer()) + (step === 0 ? end : 0)
    index += step
    const source = sources[index]
    if (!source)
      throw new StoredFormatError(`A manifest names byte source ${index} of ${sources.length}`)
    const length = input.integer()
    appendExtent(extents, { source, offset, length })
    end = offset + length
  }
  return extents
}

function writeList<T>(out: ByteWriter, items: readonly T[], write: (item: T) => void): void {
  out.integer(items.length)
  for (const item of items) write(item)
}

function readList<T>(input: ByteReader, read: () => T): T[] {
  const items: T[] = []
  for (let left = input.integer(); left > 0; left--) items.push(read())
  return items
}

function pick<T>(values: readonly T[], index: number): T {
  const value = values[index]
  if (value === undefined) throw new StoredFormatError(`A manifest has the unknown value ${index}`)
  return value
}

const zigzag = (value: number) => (value < 0 ? -2 * value - 1 : 2 * value)
const unzigzag = (value: number) => (value % 2 === 1 ? -(value + 1) / 2 : value / 2)
