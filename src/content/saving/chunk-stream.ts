import { createStreamChunker } from '../../protocol/chunking/stream-chunker.ts'
import { readZipDirectory } from '../../protocol/zip/central-directory.ts'
import { SECOND_PASS_MAX_BYTES } from '../limits.ts'
import { openPieces, readExtents } from '../packs/assemble.ts'
import type { Opener } from '../packs/opener.ts'
import { type ChunkedContent, chunkedContent } from '../state/chunked-content.ts'
import { type Extent, indexExtents } from '../state/extents.ts'
import type { StreamState } from '../state/manifest.ts'

const ZIP_MAGIC = [0x50, 0x4b, 0x03, 0x04]

/**
 * Cuts a stream that is stored, by its zip directory: a few range reads, then one pass that hashes.
 * What is no proper zip is FullFile.
 */
export async function chunkByDirectory(
  opener: Opener,
  extents: Extent[],
  size: number,
  signal?: AbortSignal,
): Promise<ChunkedContent> {
  const index = indexExtents(extents)
  const read = (offset: number, length: number) =>
    readExtents(opener, index.slice(offset, length), signal)
  const found = await readZipDirectory(read, size)
  const chunker = createStreamChunker(found.ok ? { directory: found.directory } : {})
  await using opened = await openPieces(opener, extents, signal)
  for await (const bytes of opened) chunker.push(bytes)
  return chunkedContent(chunker.finish(), extents, false)
}

/**
 * Cuts a stream that a client declared to be one chunk, if its first bytes are a zip's: what is a
 * zip is served as Zip, whatever was declared (get-chunked-file). Above `SECOND_PASS_MAX_BYTES` that
 * is left to housekeeping.
 */
export async function chunkIfZip(
  opener: Opener,
  stream: StreamState,
  signal?: AbortSignal,
): Promise<StreamState> {
  if (stream.scheme !== 'FullFile' || stream.chunks.length !== 1) return stream
  if (!(await beginsLikeZip(opener, stream, signal))) return stream
  if (stream.size > SECOND_PASS_MAX_BYTES) return { ...stream, awaitsChunking: true }
  return { ...stream, ...(await chunkByDirectory(opener, stream.extents, stream.size, signal)) }
}

async function beginsLikeZip(
  opener: Opener,
  { size, extents }: StreamState,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (size < ZIP_MAGIC.length) return false
  const start = await readExtents(opener, indexExtents(extents).slice(0, ZIP_MAGIC.length), signal)
  return ZIP_MAGIC.every((byte, i) => start[i] === byte)
}
