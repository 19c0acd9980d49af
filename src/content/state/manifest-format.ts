import type { ChunkingScheme, PlacedChunk } from '../../protocol/chunking/chunk.ts'
import { CHUNK_ID_BYTES, chunkIdToBytes } from '../../protocol/chunking/chunk-id.ts'
import { PackedChunks } from '../../protocol/chunking/packed-chunks.ts'
import type { ContentProperty } from '../../protocol/messages.ts'
import { hashBytes } from '../../protocol/spooky/spooky.ts'
import { ITEMS_PER_STEP, runAtOnce, type Steps } from '../../protocol/steps.ts'
import {
  type ByteReader,
  type ByteWriter,
  createByteReader,
  createByteWriter,
  StoredFormatError,
} from '../bytes/codec.ts'
import { type ByteSource, ExtentList } from './extents.ts'
import {
  applicationSource,
  type Manifest,
  type PropertyState,
  type StreamState,
  sourcesOf,
} from './manifest.ts'

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

/**
 * Encodes a manifest: a format version, a hash of all that follows, a table of byte sources, then
 * streams and properties. A chunk costs its id, its length and about three bytes of extent.
 */
export function* encodeManifestSteps(manifest: Manifest): Steps<Uint8Array> {
  const sources = sourcesOf(manifest)
  const indexOfSource = new Map(sources.map(({ key }, index) => [key, index]))
  const out = createByteWriter()
  out.byte(FORMAT_VERSION)
  out.raw(new Uint8Array(CHECKSUM_BYTES))
  writeList(out, sources, (source) => writeSource(out, source))
  out.integer(manifest.streams.length)
  for (const stream of manifest.streams) yield* writeStream(out, stream, indexOfSource)
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

function checkSum(manifest: Uint8Array, stored: Uint8Array): void {
  const found = checksumOf(manifest)
  if (!stored.every((byte, i) => byte === found[i]))
    throw new StoredFormatError('The manifest has other bytes than were stored')
}

/**
 * As `encodeManifestSteps`, in one piece: for content that was just chunked, or where no request
 * waits.
 */
export function encodeManifest(manifest: Manifest): Uint8Array {
  return runAtOnce(encodeManifestSteps(manifest))
}

/**
 * Decodes what `encodeManifest` wrote, also with an earlier version of this library.
 *
 * @throws StoredFormatError when the bytes are damaged or of a later version
 */
export function* decodeManifestSteps(bytes: Uint8Array): Steps<Manifest> {
  const input = createByteReader(bytes)
  const version = input.byte()
  if (version === FORMAT_VERSION) checkSum(bytes, input.raw(CHECKSUM_BYTES))
  else if (version !== UNCHECKED_VERSION)
    throw new StoredFormatError(
      `The manifest has format ${version}; this release reads formats up to ${FORMAT_VERSION}`,
    )
  const sources = readList(input, () => readSource(input))
  const streams: StreamState[] = []
  for (let left = input.integer(); left > 0; left--) streams.push(yield* readStream(input, sources))
  const properties = readList(input, () => readProperty(input))
  input.finish()
  return { streams, properties }
}

/** As `decodeManifestSteps`, in one piece. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  return runAtOnce(decodeManifestSteps(bytes))
}

function readProperty(input: ByteReader): PropertyState {
  return {
    name: input.text(),
    value: input.text(),
    retention: pick(RETENTIONS, input.byte()),
    updatedAt: input.integer(),
  }
}

/** One chunk of a list that `readPlacedChunks` reads. */
export function writePlacedChunk(out: ByteWriter, { id, offset, length }: PlacedChunk): void {
  out.raw(chunkIdToBytes(id))
  out.integer(offset)
  out.integer(length)
}

/** Reads chunks with their places in a stream or session, to the end of `into`. */
export function* readPlacedChunks(input: ByteReader, into: PackedChunks): Steps<void> {
  for (let left = input.integer(); left > 0; left--) {
    if (left % ITEMS_PER_STEP === 0) yield
    const at = input.skip(CHUNK_ID_BYTES)
    const offset = input.integer()
    into.pushRaw(input.bytes, at, input.integer(), offset)
  }
}

function* writeStream(
  out: ByteWriter,
  stream: StreamState,
  indexOfSource: Map<string, number>,
): Steps<void> {
  out.text(stream.streamId)
  out.integer(stream.updatedAt)
  out.byte(SCHEMES.indexOf(stream.scheme))
  out.byte(stream.awaitsChunking ? 1 : 0)
  out.integer(stream.size)
  yield* writeChunks(out, stream.chunks, false)
  yield* writeChunks(out, stream.alternatives, true)
  yield* writeExtents(out, stream.extents, indexOfSource)
}

/** Writes chunks with their places, or without: then they follow each other. */
function* writeChunks(out: ByteWriter, chunks: PackedChunks, placed: boolean): Steps<void> {
  const ids = chunks.rawIds
  out.integer(chunks.length)
  for (let i = 0; i < chunks.length; i++) {
    if (i % ITEMS_PER_STEP === 0) yield
    out.raw(ids.subarray(i * CHUNK_ID_BYTES, (i + 1) * CHUNK_ID_BYTES))
    if (placed) out.integer(chunks.offsetAt(i))
    out.integer(chunks.lengthAt(i))
  }
}

/**
 * Extents mostly follow each other in one pack with a frame header between them, so the source is
 * written as a step from the last one and the offset as a step from where the last one ended.
 */
function* writeExtents(
  out: ByteWriter,
  extents: ExtentList,
  indexOfSource: Map<string, number>,
): Steps<void> {
  let last = 0
  let end = 0
  let written = 0
  out.integer(extents.length)
  for (const { source, offset, length } of extents) {
    if (written++ % ITEMS_PER_STEP === 0) yield
    const index = indexOfSource.get(source.key) as number
    out.integer(zigzag(index - last))
    out.integer(zigzag(offset - (index === last ? end : 0)))
    out.integer(length)
    last = index
    end = offset + length
  }
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

function* readStream(input: ByteReader, sources: readonly ByteSource[]): Steps<StreamState> {
  const stream = {
    streamId: input.text(),
    updatedAt: input.integer(),
    scheme: pick(SCHEMES, input.byte()),
    awaitsChunking: input.byte() === 1,
    size: input.integer(),
    chunks: new PackedChunks(),
    alternatives: new PackedChunks(),
    extents: new ExtentList(),
  }
  yield* readChunks(input, stream.chunks)
  yield* readPlacedChunks(input, stream.alternatives)
  yield* readExtents(input, sources, stream.extents)
  return stream
}

function* readChunks(input: ByteReader, into: PackedChunks): Steps<void> {
  for (let left = input.integer(); left > 0; left--) {
    if (left % ITEMS_PER_STEP === 0) yield
    const at = input.skip(CHUNK_ID_BYTES)
    into.pushRaw(input.bytes, at, input.integer())
  }
}

function* readExtents(
  input: ByteReader,
  sources: readonly ByteSource[],
  into: ExtentList,
): Steps<void> {
  let index = 0
  let end = 0
  for (let left = input.integer(); left > 0; left--) {
    if (left % ITEMS_PER_STEP === 0) yield
    const step = unzigzag(input.integer())
    const offset = unzigzag(input.integer()) + (step === 0 ? end : 0)
    index += step
    const source = sources[index]
    if (!source)
      throw new StoredFormatError(`A manifest names byte source ${index} of ${sources.length}`)
    const length = input.integer()
    into.push({ source, offset, length })
    end = offset + length
  }
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
