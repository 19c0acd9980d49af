import type { ByteRange, OpenedBytes } from '../../ports/blob-store.ts'
import type { PlacedChunk } from '../../protocol/chunking/chunk.ts'
import { MAIN_CONTENT } from '../../protocol/names.ts'
import { placeChunks } from '../../protocol/signature.ts'
import { indexExtents } from '../state/extents.ts'
import type { Manifest } from '../state/manifest.ts'
import { openPieces } from './assemble.ts'
import { checkChunks } from './checked.ts'
import type { Opener } from './opener.ts'

/**
 * Opens the main content of a state, or a part of it. Chunks are hashed again on the way; see
 * `checkChunks`.
 *
 * @throws RangeError when `range` reaches past the end, DamagedBytesError
 */
export async function openMain(
  opener: Opener,
  manifest: Manifest,
  { range, signal }: { range?: ByteRange | undefined; signal?: AbortSignal | undefined } = {},
): Promise<OpenedBytes> {
  const { extents, chunks } = manifest.streams.find(
    ({ streamId }) => streamId === MAIN_CONTENT,
  ) ?? { extents: [], chunks: [] }
  const wanted = range ? indexExtents(extents).slice(range.start, range.end - range.start) : extents
  const opened = await openPieces(opener, wanted, signal)
  return checkChunks(opened, range ? chunksIn(placeChunks(chunks), range) : placeChunks(chunks))
}

/** The chunks that lie in a range with all their bytes, placed from its start. */
function chunksIn(chunks: readonly PlacedChunk[], { start, end }: ByteRange): PlacedChunk[] {
  return chunks
    .filter(({ offset, length }) => offset >= start && offset + length <= end)
    .map((chunk) => ({ ...chunk, offset: chunk.offset - start }))
}
