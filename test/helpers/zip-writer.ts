import { crc32, deflateRawSync } from 'node:zlib'

const FILLED_16 = 0xffff
const FILLED_32 = 0xffff_ffff
const ZIP64_VERSION = 45
const DATA_DESCRIPTOR_FLAG = 0x0008

export interface ZipEntry {
  name: string
  content: Uint8Array | string
  /** Compressed with deflate (stored). */
  deflate?: boolean
  /** General purpose bits besides those that other options imply. */
  flags?: number
  /** Extra fields of the local header and of the directory entry. */
  localExtra?: Uint8Array
  directoryExtra?: Uint8Array
  comment?: string
  /** Sizes after the data: `signed` with PK\7\8, `bare` without (no descriptor). */
  descriptor?: 'signed' | 'bare'
  /** Whether the local header tells the sizes in spite of a descriptor (no). */
  sizesInHeader?: boolean
  /** Sizes, and the offset in the directory, as eight bytes in a zip64 extra field. */
  zip64?: boolean
  /** Bytes put between this entry and the next record. */
  gapAfter?: Uint8Array
  /** Whether the directory names this entry (yes). */
  listed?: boolean
  /** Overwrites fields with lies: the local header's, and the directory entry's. */
  localLies?: { signature?: number; compressedSize?: number; nameLength?: number }
  directoryLies?: {
    signature?: number
    compressedSize?: number
    localOffset?: number
    nameLength?: number
    disk?: number
  }
}

export interface ZipOptions {
  entries: ZipEntry[]
  comment?: Uint8Array | string
  /** Bytes before the first local header; offsets count from the file's first byte. */
  prefix?: Uint8Array
  /** Bytes after the end record and its comment. */
  junk?: Uint8Array
  /** Writes the zip64 end record and its locator, and placeholders in the end record. */
  zip64?: boolean
  /** Indexes of `entries` in the order in which the directory lists them (file order). */
  directoryOrder?: number[]
  /** Bytes between the last directory entry and the end records; not counted in its size. */
  gapAfterDirectory?: Uint8Array
  /** Overwrites fields of the end record, or of the zip64 one if there is one. */
  lies?: {
    disk?: number
    entries?: number
    entriesOnDisk?: number
    directorySize?: number
    directoryOffset?: number
    commentLength?: number
    zip64Signature?: number
    zip64Offset?: number
  }
}

/** Where `writeZip` put an entry. */
export interface WrittenEntry {
  localOffset: number
  dataOffset: number
  compressedSize: number
  descriptorLength: number
}

export interface WrittenZip {
  bytes: Uint8Array
  entries: WrittenEntry[]
  directoryOffset: number
}

/** Writes an archive for tests: valid, unusual or lying. The same options give the same bytes. */
export function writeZip(options: ZipOptions): WrittenZip {
  const parts: Uint8Array[] = [options.prefix ?? new Uint8Array()]
  let offset = parts[0]?.length ?? 0
  const entries = options.entries.map((entry) => {
    const written = writeEntry(entry, offset)
    parts.push(written.bytes)
    offset += written.bytes.length
    return written
  })
  const order = options.directoryOrder ?? options.entries.map((_, index) => index)
  const listed = order.filter((index) => options.entries[index]?.listed !== false)
  const directory = join(
    listed.map((index) => directoryEntry(options.entries[index], entries[index])),
  )
  parts.push(directory, options.gapAfterDirectory ?? new Uint8Array())
  parts.push(endRecords(options, listed.length, offset, directory.length))
  return { bytes: join(parts), entries, directoryOffset: offset }
}

/** The bytes of `writeZip`. */
export function zipOf(options: ZipOptions): Uint8Array {
  return writeZip(options).bytes
}

/** Joins byte strings. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

interface PlacedEntry extends WrittenEntry {
  bytes: Uint8Array
  contentLength: number
  checksum: number
}

function writeEntry(entry: ZipEntry, localOffset: number): PlacedEntry {
  const content = bytesOf(entry.content)
  const data = entry.deflate ? new Uint8Array(deflateRawSync(content)) : content
  const sizes = { contentLength: content.length, compressedSize: data.length }
  const checksum = crc32(content)
  const header = localHeader(entry, sizes, checksum)
  const descriptor = dataDescriptor(entry, sizes, checksum)
  return {
    bytes: join([header, data, descriptor, entry.gapAfter ?? new Uint8Array()]),
    localOffset,
    dataOffset: localOffset + header.length,
    descriptorLength: descriptor.length,
    checksum,
    ...sizes,
  }
}

interface Sizes {
  contentLength: number
  compressedSize: number
}

function localHeader(entry: ZipEntry, sizes: Sizes, checksum: number): Uint8Array {
  const hidden = entry.descriptor !== undefined && !entry.sizesInHeader
  const told = hidden ? { contentLength: 0, compressedSize: 0 } : sizes
  const lies = entry.localLies ?? {}
  const name = bytesOf(entry.name)
  const extra = join([
    entry.zip64 ? zip64Extra([told.contentLength, told.compressedSize]) : new Uint8Array(),
    entry.localExtra ?? new Uint8Array(),
  ])
  const fixed = record([
    [4, lies.signature ?? 0x04034b50],
    [2, entry.zip64 ? ZIP64_VERSION : 20],
    [2, flagsOf(entry)],
    [2, entry.deflate ? 8 : 0],
    [4, 0x00210000],
    [4, hidden ? 0 : checksum],
    [4, lies.compressedSize ?? (entry.zip64 ? FILLED_32 : told.compressedSize)],
    [4, entry.zip64 ? FILLED_32 : told.contentLength],
    [2, lies.nameLength ?? name.length],
    [2, extra.length],
  ])
  return join([fixed, name, extra])
}

function dataDescriptor(entry: ZipEntry, sizes: Sizes, checksum: number): Uint8Array {
  if (entry.descriptor === undefined) return new Uint8Array()
  const width = entry.zip64 ? 8 : 4
  return join([
    entry.descriptor === 'signed' ? record([[4, 0x08074b50]]) : new Uint8Array(),
    record([
      [4, checksum],
      [width, sizes.compressedSize],
      [width, sizes.contentLength],
    ]),
  ])
}

function directoryEntry(entry?: ZipEntry, written?: PlacedEntry): Uint8Array {
  if (entry === undefined || written === undefined) throw new RangeError('No such entry')
  const lies = entry.directoryLies ?? {}
  const name = bytesOf(entry.name)
  const comment = bytesOf(entry.comment ?? '')
  const localOffset = lies.localOffset ?? written.localOffset
  const compressedSize = lies.compressedSize ?? written.compressedSize
  const extra = join([
    entry.zip64
      ? zip64Extra([written.contentLength, compressedSize, localOffset])
      : new Uint8Array(),
    entry.directoryExtra ?? new Uint8Array(),
  ])
  const fixed = record([
    [4, lies.signature ?? 0x02014b50],
    [2, entry.zip64 ? ZIP64_VERSION : 20],
    [2, entry.zip64 ? ZIP64_VERSION : 20],
    [2, flagsOf(entry)],
    [2, entry.deflate ? 8 : 0],
    [4, 0x00210000],
    [4, written.checksum],
    [4, entry.zip64 ? FILLED_32 : compressedSize],
    [4, entry.zip64 ? FILLED_32 : written.contentLength],
    [2, lies.nameLength ?? name.length],
    [2, extra.length],
    [2, comment.length],
    [2, lies.disk ?? 0],
    [2, 0],
    [4, 0],
    [4, entry.zip64 ? FILLED_32 : localOffset],
  ])
  return join([fixed, name, extra, comment])
}

function endRecords(options: ZipOptions, count: number, offset: number, size: number): Uint8Array {
  const { lies = {}, zip64, junk = new Uint8Array() } = options
  const comment = bytesOf(options.comment ?? '')
  const disk = lies.disk ?? 0
  const entries = lies.entries ?? count
  const entriesOnDisk = lies.entriesOnDisk ?? entries
  const directorySize = lies.directorySize ?? size
  const directoryOffset = lies.directoryOffset ?? offset
  const zip64Offset = offset + size + (options.gapAfterDirectory?.length ?? 0)
  const zip64Records = record([
    [4, lies.zip64Signature ?? 0x06064b50],
    [8, 44],
    [2, ZIP64_VERSION],
    [2, ZIP64_VERSION],
    [4, disk],
    [4, disk],
    [8, entriesOnDisk],
    [8, entries],
    [8, directorySize],
    [8, directoryOffset],
    [4, 0x07064b50],
    [4, 0],
    [8, lies.zip64Offset ?? zip64Offset],
    [4, 1],
  ])
  const end = record([
    [4, 0x06054b50],
    [2, zip64 ? 0 : disk],
    [2, zip64 ? 0 : disk],
    [2, zip64 ? FILLED_16 : entriesOnDisk],
    [2, zip64 ? FILLED_16 : entries],
    [4, zip64 ? FILLED_32 : directorySize],
    [4, zip64 ? FILLED_32 : directoryOffset],
    [2, lies.commentLength ?? comment.length],
  ])
  return join([zip64 ? zip64Records : new Uint8Array(), end, comment, junk])
}

function flagsOf(entry: ZipEntry): number {
  return (entry.flags ?? 0) | (entry.descriptor === undefined ? 0 : DATA_DESCRIPTOR_FLAG)
}

function zip64Extra(values: readonly number[]): Uint8Array {
  const fields = values.map((value): [number, number] => [8, value])
  return record([[2, 0x0001], [2, values.length * 8], ...fields])
}

/** Fields as [width in bytes, value], little-endian. */
function record(fields: readonly [width: number, value: number][]): Uint8Array {
  const length = fields.reduce((sum, [width]) => sum + width, 0)
  const view = new DataView(new ArrayBuffer(length))
  let at = 0
  for (const [width, value] of fields) {
    if (width === 2) view.setUint16(at, value, true)
    else view.setUint32(at, value % 2 ** 32, true)
    if (width === 8) view.setUint32(at + 4, Math.floor(value / 2 ** 32), true)
    at += width
  }
  return new Uint8Array(view.buffer)
}

function bytesOf(content: Uint8Array | string): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content
}
