import type { NewPack } from '../../ports/metadata/pack-ref.ts'

/**
 * Where bytes lie: in a pack, or in an immutable revision that an application keeps. The key of a
 * revision is its name in one document, and never the key of a pack.
 */
export interface ByteSource extends NewPack {
  application?: { fileId: string; revision: string }
}

/** Bytes of a document that lie together in one pack, or in one revision of the application's. */
export interface Extent {
  source: ByteSource
  /** First byte inside the source. */
  offset: number
  /** In bytes, at least 1. */
  length: number
}

/** Adds an extent at the end, joined with the last one where they touch. */
export function appendExtent(extents: Extent[], extent: Extent): void {
  if (extent.length === 0) return
  const last = extents.at(-1)
  if (last?.source.key === extent.source.key && last.offset + last.length === extent.offset)
    extents[extents.length - 1] = { ...last, length: last.length + extent.length }
  else extents.push(extent)
}

/** Total length in bytes. */
export function extentsLength(extents: readonly Extent[]): number {
  return extents.reduce((sum, extent) => sum + extent.length, 0)
}

/** Finds parts of a long row of extents. */
export interface ExtentIndex {
  /**
   * The extents of `length` bytes from `offset` on, counted over the whole row.
   *
   * @throws RangeError when the row is shorter
   */
  slice(offset: number, length: number): Extent[]
}

/** Indexes extents that follow each other, so that each slice costs a binary search. */
export function indexExtents(extents: readonly Extent[]): ExtentIndex {
  const starts = new Float64Array(extents.length + 1)
  extents.forEach((extent, i) => {
    starts[i + 1] = (starts[i] as number) + extent.length
  })
  const total = starts[extents.length] as number

  function find(offset: number): number {
    let low = 0
    let high = extents.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  return {
    slice(offset, length) {
      if (offset < 0 || length < 0 || offset + length > total)
        throw new RangeError(`Bytes ${offset} to ${offset + length} of ${total} were asked for`)
      const found: Extent[] = []
      let rest = length
      for (let i = find(offset); rest > 0; i++) {
        const extent = extents[i] as Extent
        const skip = Math.max(0, offset - (starts[i] as number))
        const taken = Math.min(rest, extent.length - skip)
        found.push({ source: extent.source, offset: extent.offset + skip, length: taken })
        rest -= taken
      }
      return found
    },
  }
}
