import type { ChunkId, RangeReader } from '../protocol/chunking/chunk.ts'
import { chunkIdFromBytes } from '../protocol/chunking/chunk-id.ts'
import type { RequestedRange } from '../protocol/messages.ts'
import { CHUNKS_PER_STREAM_MAX } from '../protocol/names.ts'
import { placeChunks, type StreamSignature, streamSize } from '../protocol/signature.ts'
import { createHash } from '../protocol/spooky/spooky.ts'
import type { ChunkedDocument } from './chunk-document.ts'
import type { OpenChunk } from './chunk-events.ts'
import { badReply, sourceChanged, type WopiClientError } from './errors.ts'

/** Where a downloaded document goes. */
export interface DownloadSink {
  /** Called with the size before the first byte, and again whenever everything begins anew. */
  start?(size: number): void | Promise<void>
  /** Takes bytes for a place in the document; places come in any order. */
  write(position: number, bytes: Uint8Array<ArrayBuffer>): void | Promise<void>
}

/** Where a known chunk lies in the base. */
interface BaseSpan {
  offset: number
  length: number
}

/** A document at hand, of which parts may be used again. */
export interface DownloadBase {
  readonly spans: ReadonlyMap<ChunkId, BaseSpan>
  readonly read: RangeReader
}

/** A chunk of the wanted state. */
interface WantedChunk {
  length: number
  /** Every place of the document that it fills. */
  positions: number[]
}

/** What is there of the wanted state, and what is still missing. */
export interface DownloadTarget {
  readonly size: number
  /** Ids that have to come from the host, in the order of the document. */
  readonly missing: ReadonlySet<ChunkId>
  /** Bytes that had to come from the host at the beginning. */
  readonly missingBytes: number
  /** Writes bytes of a chunk to all its places; ignores chunks that are not missing. */
  put(id: ChunkId, offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<number>
  /** Takes note that a chunk is there and whole. @throws WopiClientError when its length is wrong */
  complete(id: ChunkId, length: number): boolean
  /** Copies what the base has, hashing it again. @throws WopiClientError `SOURCE_CHANGED` */
  copyFromBase(signal?: AbortSignal): Promise<void>
}

const COPY_BYTES = 1024 * 1024
/** Most ids that a request names as known: they are a hint, and a request has to stay small. */
const KNOWN_CHUNKS_MAX = CHUNKS_PER_STREAM_MAX
/** Most ranges that one GetChunks asks for. */
const RANGES_MAX = 4096

/** The largest chunks of a base, under every name that a host may give them. */
export function createBase(document: ChunkedDocument, read: RangeReader): DownloadBase {
  const named = [...document.placed, ...document.alternatives].filter(({ length }) => length > 0)
  if (named.length > KNOWN_CHUNKS_MAX) named.sort((one, other) => other.length - one.length)
  const spans = new Map<ChunkId, BaseSpan>()
  for (const { id, offset, length } of named.slice(0, KNOWN_CHUNKS_MAX)) {
    spans.set(id, { offset, length })
  }
  return { spans, read }
}

export function createTarget(
  signature: StreamSignature | undefined,
  base: DownloadBase | undefined,
  sink: DownloadSink,
): DownloadTarget {
  const chunks = signature?.chunks ?? []
  const wanted = indexWanted(chunks)
  const missing = new Set<ChunkId>()
  let missingBytes = 0
  for (const [id, { length }] of wanted) {
    if (length === 0 || base?.spans.get(id)?.length === length) continue
    missing.add(id)
    missingBytes += length
  }

  async function spread(
    id: ChunkId,
    offset: number,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<void> {
    for (const position of wanted.get(id)?.positions ?? [])
      await sink.write(position + offset, bytes)
  }

  return {
    size: streamSize(chunks),
    missing,
    missingBytes,

    async put(id, offset, bytes) {
      const chunk = wanted.get(id)
      if (!chunk || !missing.has(id)) return 0
      if (offset + bytes.length > chunk.length) throw wrongLength(id, chunk.length)
      await spread(id, offset, bytes)
      return bytes.length
    },

    complete(id, length) {
      if (missing.has(id) && wanted.get(id)?.length !== length) {
        throw wrongLength(id, wanted.get(id)?.length ?? 0)
      }
      return missing.delete(id)
    },

    async copyFromBase(signal) {
      if (!base) return
      for (const [id, span] of base.spans) {
        if (wanted.get(id)?.length !== span.length) continue
        signal?.throwIfAborted()
        await copyChunk(id, span, base.read, spread)
      }
    },
  }
}

/** What to ask GetChunks for: the chunk that broke off goes on where it stands. */
export function missingRanges({ missing }: DownloadTarget, open: OpenChunk): RequestedRange[] {
  const ranges: RequestedRange[] = []
  const partly = open.id !== undefined && open.received > 0 && missing.has(open.id)
  if (partly) ranges.push({ chunkId: open.id as ChunkId, offset: open.received, length: -1 })
  for (const chunkId of missing) {
    if (ranges.length === RANGES_MAX) break
    if (!partly || chunkId !== open.id) ranges.push({ chunkId, offset: 0, length: -1 })
  }
  return ranges
}

function indexWanted(chunks: StreamSignature['chunks']): Map<ChunkId, WantedChunk> {
  const wanted = new Map<ChunkId, WantedChunk>()
  for (const { id, length, offset } of placeChunks(chunks)) {
    const known = wanted.get(id)
    if (!known) wanted.set(id, { length, positions: [offset] })
    else if (known.length === length) known.positions.push(offset)
    else throw wrongLength(id, known.length)
  }
  return wanted
}

async function copyChunk(
  id: ChunkId,
  span: BaseSpan,
  read: RangeReader,
  put: (id: ChunkId, offset: number, bytes: Uint8Array<ArrayBuffer>) => Promise<void>,
): Promise<void> {
  const hash = createHash()
  for (let offset = 0; offset < span.length; offset += COPY_BYTES) {
    const length = Math.min(COPY_BYTES, span.length - offset)
    const bytes = unshared(await read(span.offset + offset, length))
    hash.update(bytes)
    await put(id, offset, bytes)
  }
  if (chunkIdFromBytes(hash.digest()) !== id) throw sourceChanged('Reading the base')
}

/** Browsers write no bytes of shared memory. */
function unshared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer
    ? (bytes as Uint8Array<ArrayBuffer>)
    : new Uint8Array(bytes)
}

function wrongLength(id: ChunkId, expected: number): WopiClientError {
  return badReply('GetChunkedFile', `chunk ${id} is not always ${expected} bytes long`)
}
