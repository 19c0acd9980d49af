import type { Chunk, ChunkId, PlacedChunk, StreamChunks } from '../protocol/chunking/chunk.ts'
import { type Chunked, createStreamChunker } from '../protocol/chunking/stream-chunker.ts'
import { placeChunks } from '../protocol/signature.ts'
import { chunkIdOf } from '../protocol/spooky/spooky.ts'
import { readZipDirectory } from '../protocol/zip/central-directory.ts'
import { createContentChunker } from './content-chunker.ts'
import type { ContentSource } from './source.ts'

/**
 * How a document is split into chunks. `zip`: at the parts of an archive, as every host does.
 * `content`: at boundaries that its bytes determine, as this client does for other documents.
 * `whole`: not at all.
 */
export type DocumentChunking = 'zip' | 'content' | 'whole'

/** A document split into chunks, each with its place. */
export interface ChunkedDocument extends StreamChunks {
  readonly chunking: DocumentChunking
  readonly placed: readonly PlacedChunk[]
}

/** Options of work that reads a document from end to end. */
export interface ReadingOptions {
  signal?: AbortSignal | undefined
  /** Whether to chunk by content a document that is no archive (default: yes). */
  byContent?: boolean | undefined
  /** Bytes read so far. */
  onRead?: ((bytes: number) => void) | undefined
}

const READ_BYTES = 1024 * 1024
/** What a compound file begins with: encrypted Office documents, and those of Office 97. */
const COMPOUND_FILE = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]

/**
 * Splits a document into chunks in one pass over its bytes. An archive is chunked as a host does it
 * (page "chunk-streams"), anything else by its content, under the scheme FullFile. Compound files
 * stay whole: Office reads them from the host, too, and expects FullFile to be one chunk.
 */
export async function chunkDocument(
  source: ContentSource,
  { signal, onRead, byContent = true }: ReadingOptions = {},
): Promise<ChunkedDocument> {
  const found = await readZipDirectory(source.read, source.size)
  const chunker = createStreamChunker(found.ok ? { directory: found.directory } : {})
  const inPieces = byContent && !found.ok && !(await isCompoundFile(source))
  const byPieces = inPieces ? createContentChunker(source.size) : undefined
  for (let offset = 0; offset < source.size; offset += READ_BYTES) {
    signal?.throwIfAborted()
    const bytes = await source.read(offset, Math.min(READ_BYTES, source.size - offset))
    chunker.push(bytes)
    byPieces?.push(bytes)
    onRead?.(Math.min(offset + READ_BYTES, source.size))
  }
  const chunked = chunker.finish()
  if (chunked.scheme === 'Zip') return placed(chunked, 'zip')
  return byPieces ? chunkedInto(chunked, byPieces.finish()) : placed(chunked, 'whole')
}

/** The same document as one chunk, if it was chunked by its content. */
export function joinChunks(document: ChunkedDocument): ChunkedDocument | undefined {
  const [whole] = document.alternatives
  if (document.chunking !== 'content' || !whole) return undefined
  const chunks = [{ id: whole.id, length: whole.length }]
  return placed({ ...document, chunks, alternatives: [] }, 'whole')
}

/** A short name for the exact list of chunks. */
export function digestOfChunks({ scheme, chunks }: StreamChunks): ChunkId {
  const text = chunks.map(({ id, length }) => `${id} ${length}`).join('\n')
  return chunkIdOf(new TextEncoder().encode(`${scheme}\n${text}`))
}

async function isCompoundFile({ size, read }: ContentSource): Promise<boolean> {
  if (size < COMPOUND_FILE.length) return false
  const start = await read(0, COMPOUND_FILE.length)
  return COMPOUND_FILE.every((byte, index) => byte === start[index])
}

function chunkedInto(whole: Chunked, chunks: Chunk[]): ChunkedDocument {
  if (chunks.length === 1) return placed(whole, 'whole')
  return placed({ ...whole, chunks, alternatives: placeChunks(whole.chunks) }, 'content')
}

function placed({ scheme, size, chunks, alternatives }: StreamChunks, chunking: DocumentChunking) {
  return { chunking, scheme, size, chunks, alternatives, placed: placeChunks(chunks) }
}
