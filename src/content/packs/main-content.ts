import type { ByteRange, OpenedBytes } from '../../ports/blob-store.ts'
import { MAIN_CONTENT } from '../../protocol/names.ts'
import { indexExtents } from '../state/extents.ts'
import type { Manifest } from '../state/manifest.ts'
import { openPieces } from './assemble.ts'
import type { Opener } from './opener.ts'

/**
 * Opens the main content of a state, or a part of it.
 *
 * @throws RangeError when `range` reaches past the end
 */
export async function openMain(
  opener: Opener,
  manifest: Manifest,
  { range, signal }: { range?: ByteRange | undefined; signal?: AbortSignal | undefined } = {},
): Promise<OpenedBytes> {
  const extents = manifest.streams.find(({ streamId }) => streamId === MAIN_CONTENT)?.extents ?? []
  const wanted = range ? indexExtents(extents).slice(range.start, range.end - range.start) : extents
  return openPieces(opener, wanted, signal)
}
