import type { NewPack } from '../../ports/metadata/pack-ref.ts'

/**
 * A source of bytes: a pack, or an immutable revision that an application keeps. The key of a
 * revision is unique within its document and never equals the key of a pack.
 */
export interface ByteSource extends NewPack {
  application?: { fileId: string; revision: string }
}

/** Contiguous bytes of a document in one source. */
export interface Extent {
  source: ByteSource
  /** Offset of the first byte in the source. */
  offset: number
  /** Length in bytes, at least 1. */
  length: number
}

const FIRST_ROOM = 4
const BYTES_PER_EXTENT = Uint32Array.BYTES_PER_ELEMENT + 2 * Float64Array.BYTES_PER_ELEMENT

/** A growing row of extents that follow each other, in 20 bytes each. */
export class ExtentList implements Iterable<Extent> {
  /** How many extents there are. */
  length = 0
  readonly #sources: ByteSource[] = []
  readonly #indexOfSource = new Map<string, number>()
  #indexes = new Uint32Array(FIRST_ROOM)
  #offsets = new Float64Array(FIRST_ROOM)
  /** Where each extent starts in the row; one more than there are extents. */
  #starts = new Float64Array(FIRST_ROOM + 1)

  static of(extents: Iterable<Extent>): ExtentList {
    if (extents instanceof ExtentList) return extents
    const list = new ExtentList()
    for (const extent of extents) list.push(extent)
    return list
  }

  /** What the extents are of, each source once. */
  get sources(): readonly ByteSource[] {
    return this.#sources
  }

  /** Length of the whole row, in bytes. */
  get size(): number {
    return this.#starts[this.length] as number
  }

  /** Memory that the list takes, in bytes. */
  get heldBytes(): number {
    return this.#offsets.length * BYTES_PER_EXTENT
  }

  /** Appends an extent. Joins it with the last one when they are adjacent. */
  push({ source, offset, length }: Extent): void {
    if (length === 0) return
    const index = this.#indexOf(source)
    const last = this.length - 1
    if (last >= 0 && this.#indexes[last] === index && this.#endAt(last) === offset) {
      this.#starts[this.length] = this.size + length
      return
    }
    this.#makeRoom()
    this.#indexes[this.length] = index
    this.#offsets[this.length] = offset
    this.#starts[this.length + 1] = this.size + length
    this.length++
  }

  at(index: number): Extent | undefined {
    if (index < 0 || index >= this.length) return undefined
    const source = this.#sources[this.#indexes[index] as number] as ByteSource
    return { source, offset: this.#offsets[index] as number, length: this.#lengthAt(index) }
  }

  *[Symbol.iterator](): Generator<Extent> {
    for (let i = 0; i < this.length; i++) yield this.at(i) as Extent
  }

  /**
   * The extents of `length` bytes from `offset`, counted over the whole list.
   *
   * @throws RangeError when the list is shorter
   */
  *slice(offset: number, length: number): Generator<Extent> {
    if (offset < 0 || length < 0 || offset + length > this.size)
      throw new RangeError(`Bytes ${offset} to ${offset + length} of ${this.size} were asked for`)
    for (let i = this.#find(offset), at = offset; at < offset + length; i++) {
      const extent = this.at(i) as Extent
      const skip = at - (this.#starts[i] as number)
      const taken = Math.min(offset + length - at, extent.length - skip)
      yield { source: extent.source, offset: extent.offset + skip, length: taken }
      at += taken
    }
  }

  /** The extent that has the byte at `offset`. */
  #find(offset: number): number {
    let low = 0
    let high = this.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  #lengthAt(index: number): number {
    return (this.#starts[index + 1] as number) - (this.#starts[index] as number)
  }

  #endAt(index: number): number {
    return (this.#offsets[index] as number) + this.#lengthAt(index)
  }

  #indexOf(source: ByteSource): number {
    const last = this.length > 0 ? (this.#indexes[this.length - 1] as number) : -1
    if (this.#sources[last]?.key === source.key) return last
    const known = this.#indexOfSource.get(source.key)
    if (known !== undefined) return known
    this.#indexOfSource.set(source.key, this.#sources.length)
    return this.#sources.push(source) - 1
  }

  #makeRoom(): void {
    if (this.length < this.#offsets.length) return
    const room = Math.ceil(this.length * 1.5)
    this.#indexes = enlarged(this.#indexes, new Uint32Array(room))
    this.#offsets = enlarged(this.#offsets, new Float64Array(room))
    this.#starts = enlarged(this.#starts, new Float64Array(room + 1))
  }
}

function enlarged<Values extends Uint32Array | Float64Array>(
  values: Values,
  larger: Values,
): Values {
  larger.set(values)
  return larger
}
