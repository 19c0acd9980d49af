import { createPackedChunker } from '../../protocol/chunking/stream-chunker.ts'
import { readZipDirectory } from '../../protocol/zip/central-directory.ts'
import { type Share, UNCOUNTED } from '../bytes/share.ts'
import { SECOND_PASS_MAX_BYTES } from '../limits.ts'
import { openPieces, readExtents } from '../packs/assemble.ts'
import type { Opener } from '../packs/opener.ts'
import { type ChunkedContent, chunkedContent } from '../state/chunked-content.ts'
import type { ExtentList } from '../state/extents.ts'
import type { StreamState } from '../state/manifest.ts'
import { pushPieces } from './push-pieces.ts'

const ZIP_MAGIC = [0x50, 0x4b, 0x03, 0x04]

/**
 * Chunks a stored stream by its zip directory: a few range reads, then one pass that hashes. A
 * stream that is no proper zip becomes FullFile.
 */
export async function chunkByDirectory(
  opener: Opener,
  extents: ExtentList,
  size: number,
  { signal, share = UNCOUNTED }: { signal?: AbortSignal | undefined; share?: Share } = {},
): Promise<ChunkedContent> {
  let directoryBytes = 0
  const read = async (offset: number, length: number) => {
    directoryBytes += length
    await share.grow(length)
    return readExtents(opener, extents.slice(offset, length), signal)
  }
  const found = await readZipDirectory(read, size)
  share.shrink(directoryBytes)
  const chunker = createPackedChunker(found.ok ? { directory: found.directory } : {})
  await using opened = await openPieces(opener, extents, { signal })
  for await (const bytes of opened) {
    const held = chunker.heldBytes
    await share.work(pushPieces(bytes, chunker.push))
    await share.grow(chunker.heldBytes - held)
  }
  return chunkedContent(chunker.finish(), extents, false)
}

/** Cuts streams that clients declared to be one chunk. */
export type ZipCutter = (stream: StreamState) => Promise<StreamState>

/**
 * Creates a cutter of streams that were declared to be one chunk: one whose first bytes are a zip's
 * is served as Zip, whatever was declared (get-chunked-file). Several streams of one chunk are read
 * once. Above `SECOND_PASS_MAX_BYTES`, of all streams together, that is left to housekeeping.
 */
export function createZipCutter(
  opener: Opener,
  options: { signal?: AbortSignal; share?: Share },
): ZipCutter {
  const chunked = new Map<string, ChunkedContent | undefined>()
  let left = SECOND_PASS_MAX_BYTES

  async function chunk(stream: StreamState): Promise<ChunkedContent | undefined> {
    if (!(await beginsLikeZip(opener, stream, options.signal))) return undefined
    if (stream.size > left) return { ...stream, awaitsChunking: true }
    left -= stream.size
    return chunkByDirectory(opener, stream.extents, stream.size, options)
  }

  return async (stream) => {
    if (stream.scheme !== 'FullFile' || stream.chunks.length !== 1) return stream
    const id = stream.chunks.idAt(0)
    if (!chunked.has(id)) chunked.set(id, await chunk(stream))
    const found = chunked.get(id)
    return found ? { ...stream, ...found, ...identityOf(stream) } : stream
  }
}

function identityOf({ streamId, updatedAt }: StreamState) {
  return { streamId, updatedAt }
}

async function beginsLikeZip(
  opener: Opener,
  { size, extents }: StreamState,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (size < ZIP_MAGIC.length) return false
  const start = await readExtents(opener, extents.slice(0, ZIP_MAGIC.length), signal)
  return ZIP_MAGIC.every((byte, i) => start[i] === byte)
}
