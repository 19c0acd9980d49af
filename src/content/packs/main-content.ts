import type { ByteRange, OpenedBytes } from '../../ports/blob-store.ts'
import type { PlacedChunk } from '../../protocol/chunking/chunk.ts'
import { PackedChunks } from '../../protocol/chunking/packed-chunks.ts'
import { MAIN_CONTENT } from '../../protocol/names.ts'
import { ExtentList } from '../state/extents.ts'
import type { Manifest } from '../state/manifest.ts'
import { openPieces, type ReadingOptions } from './assemble.ts'
import { checkChunks } from './checked.ts'
import type { Opener } from './opener.ts'

/**
 * Opens the main content of a state, or a part of it.
 *
 * @throws RangeError when `range` reaches past the end
 */
export async function openMain(
  opener: Opener,
  manifest: Manifest,
  { range, ...options }: { range?: ByteRange | undefined } & ReadingOptions = {},
): Promise<OpenedBytes> {
  const main = manifest.streams.find(({ streamId }) => streamId === MAIN_CONTENT)
  const { extents, chunks } = main ?? { extents: new ExtentList(), chunks: new PackedChunks() }
  const { start, end } = range ?? { start: 0, end: extents.size }
  const wanted = range ? extents.slice(start, end - start) : extents
  const opened = await openPieces(opener, wanted, options)
  return checkChunks(opened, chunksIn(chunks, { start, end }))
}

/** The chunks that lie completely in a range, placed from its start. */
function chunksIn(chunks: PackedChunks, { start, end }: ByteRange) {
  const isIn = (i: number) =>
    chunks.offsetAt(i) >= start && chunks.offsetAt(i) + chunks.lengthAt(i) <= end
  let length = 0
  let bytes = 0
  for (let i = 0; i < chunks.length; i++) {
    if (!isIn(i)) continue
    length++
    bytes += chunks.lengthAt(i)
  }
  function* placed(): Generator<PlacedChunk> {
    for (let i = 0; i < chunks.length; i++)
      if (isIn(i))
        yield { id: chunks.idAt(i), length: chunks.lengthAt(i), offset: chunks.offsetAt(i) - start }
  }
  return { length, bytes, [Symbol.iterator]: placed }
}
