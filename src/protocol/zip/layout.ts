/**
 * Records of a zip archive, field by field, as PKWARE's APPNOTE 6.3.10 lays them out: offsets from
 * the record's first byte, little-endian. Fields that nothing here reads are listed as comments, so
 * that the table can be checked against the specification.
 */

/** APPNOTE 4.3.7. Followed by the file name and the extra field. */
export const LOCAL_HEADER = {
  signature: 0x04034b50, // at 0, 4 bytes
  // 4 version needed (2)
  flags: 6, // 2
  // 8 method (2)  10 time (2)  12 date (2)  14 crc-32 (4)
  compressedSize: 18, // 4
  uncompressedSize: 22, // 4
  nameLength: 26, // 2
  extraLength: 28, // 2
  bytes: 30,
} as const

/** APPNOTE 4.3.12. Followed by the file name, the extra field and the comment. */
export const DIRECTORY_ENTRY = {
  signature: 0x02014b50, // at 0, 4 bytes
  // 4 version made by (2)  6 version needed (2)
  flags: 8, // 2
  // 10 method (2)  12 time (2)  14 date (2)  16 crc-32 (4)
  compressedSize: 20, // 4
  uncompressedSize: 24, // 4
  nameLength: 28, // 2
  extraLength: 30, // 2
  commentLength: 32, // 2
  disk: 34, // 2
  // 36 internal attributes (2)  38 external attributes (4)
  localOffset: 42, // 4
  bytes: 46,
} as const

/** APPNOTE 4.3.13: may close the central directory. Followed by the signature's bytes. */
export const DIGITAL_SIGNATURE = { signature: 0x05054b50 } as const

/** APPNOTE 4.3.16. Followed by the archive's comment. */
export const END_RECORD = {
  signature: 0x06054b50, // at 0, 4 bytes
  disk: 4, // 2
  directoryDisk: 6, // 2
  entriesOnDisk: 8, // 2
  entries: 10, // 2
  directorySize: 12, // 4
  directoryOffset: 16, // 4
  commentLength: 20, // 2
  bytes: 22,
} as const

/** APPNOTE 4.3.15: directly before the end record of a zip64 archive. */
export const ZIP64_LOCATOR = {
  signature: 0x07064b50, // at 0, 4 bytes
  recordDisk: 4, // 4
  recordOffset: 8, // 8
  disks: 16, // 4
  bytes: 20,
} as const

/** APPNOTE 4.3.14. Followed by extensible data, which nothing here reads. */
export const ZIP64_END_RECORD = {
  signature: 0x06064b50, // at 0, 4 bytes
  recordSize: 4, // 8, counted from the field after it
  // 12 version made by (2)  14 version needed (2)
  disk: 16, // 4
  directoryDisk: 20, // 4
  entriesOnDisk: 24, // 8
  entries: 32, // 8
  directorySize: 40, // 8
  directoryOffset: 48, // 8
  bytes: 56,
} as const

/** APPNOTE 4.5: one part of an extra field; its data follows. */
const EXTRA = {
  id: 0, // 2
  dataLength: 2, // 2
  bytes: 4,
} as const

/** APPNOTE 4.5.3: eight-byte values, in fixed order, of those fields that hold `IN_ZIP64`. */
const ZIP64_EXTRA_ID = 0x0001

/** APPNOTE 4.4.4, bit 3: sizes follow the data, in a data descriptor. */
export const FLAG_DATA_DESCRIPTOR = 0x0008
/** Lengths of a data descriptor (APPNOTE 4.3.9), with and without signature and zip64, in bytes. */
export const DESCRIPTOR_LENGTHS: readonly number[] = [12, 16, 20, 24]
/** Value of a 16-bit field whose true value is in a zip64 record. */
export const IN_ZIP64_16 = 0xffff
/** Value of a 32-bit field whose true value is in a zip64 record or extra field. */
export const IN_ZIP64_32 = 0xffff_ffff
/** Longest archive comment, in bytes. */
export const COMMENT_MAX_BYTES = 0xffff

/** Looks at bytes as the fields of a record. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

export function uint16(view: DataView, offset: number): number {
  return view.getUint16(offset, true)
}

export function uint32(view: DataView, offset: number): number {
  return view.getUint32(offset, true)
}

/** Values above 2^53 lose their low bits: enough to see that they lie beyond any stream. */
export function uint64(view: DataView, offset: number): number {
  return uint32(view, offset) + uint32(view, offset + 4) * 2 ** 32
}

/**
 * Finds the zip64 part of an extra field and reads its eight-byte value number `index`.
 *
 * @returns `undefined` when there is no such part or value, or the field is cut short
 */
export function zip64Value(
  view: DataView,
  start: number,
  end: number,
  index: number,
): number | undefined {
  for (let at = start; at + EXTRA.bytes <= end; ) {
    const data = at + EXTRA.bytes
    const next = data + uint16(view, at + EXTRA.dataLength)
    if (next > end) return undefined
    if (uint16(view, at + EXTRA.id) === ZIP64_EXTRA_ID) {
      return data + (index + 1) * 8 <= next ? uint64(view, data + index * 8) : undefined
    }
    at = next
  }
  return undefined
}
