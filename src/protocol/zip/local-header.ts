import {
  FLAG_DATA_DESCRIPTOR,
  IN_ZIP64_32,
  LOCAL_HEADER,
  uint16,
  uint32,
  viewOf,
  zip64Value,
} from './layout.ts'

/** Length of a local header with its name and extra field, told by its first 30 bytes. */
export function localHeaderLength(header: Uint8Array): number {
  const view = viewOf(header)
  return (
    LOCAL_HEADER.bytes +
    uint16(view, LOCAL_HEADER.nameLength) +
    uint16(view, LOCAL_HEADER.extraLength)
  )
}

/**
 * Length of the data that follows a complete local header, in bytes.
 *
 * @returns `undefined` when the header does not tell because its writer did not know yet
 */
export function localDataLength(header: Uint8Array): number | undefined {
  const view = viewOf(header)
  let length: number | undefined = uint32(view, LOCAL_HEADER.compressedSize)
  if (length === IN_ZIP64_32) {
    const extra = LOCAL_HEADER.bytes + uint16(view, LOCAL_HEADER.nameLength)
    const index = uint32(view, LOCAL_HEADER.uncompressedSize) === IN_ZIP64_32 ? 1 : 0
    length = zip64Value(view, extra, header.length, index)
  }
  const follows = (uint16(view, LOCAL_HEADER.flags) & FLAG_DATA_DESCRIPTOR) !== 0
  return length === 0 && follows ? undefined : length
}
