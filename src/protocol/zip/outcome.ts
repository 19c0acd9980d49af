/** Why a stream is not chunked as a zip archive. */
export type ZipRefusal =
  | 'too-short'
  | 'no-local-header'
  | 'no-end-record'
  | 'several-disks'
  | 'zip64-record-invalid'
  | 'zip64-extra-missing'
  | 'no-entries'
  | 'too-many-entries'
  | 'directory-too-large'
  | 'directory-out-of-bounds'
  | 'directory-cut-short'
  | 'entry-signature-wrong'
  | 'entry-count-wrong'
  | 'entry-out-of-bounds'
  | 'entries-overlap'
  | 'first-entry-not-at-start'
  // Seen only while the stream flows by, at local headers.
  | 'local-header-wrong'
  | 'too-many-chunks'
  | 'cut-short'
  | 'another-stream'
  // Seen only without a directory, which would tell.
  | 'sizes-unknown'
  | 'walk-lost'
  | 'directory-differs'
  | 'end-not-kept'

/** Where the entries of an archive lie, in the order of their local headers. */
export interface ZipDirectory {
  /** Of the stream, in bytes. */
  size: number
  /** First byte of the central directory. */
  offset: number
  /** First byte of each local header; the first one is 0. */
  localOffsets: Float64Array
  /** In bytes. */
  compressedSizes: Float64Array
  /** General purpose bits. */
  flags: Uint16Array
}

export type ZipOutcome = { ok: true; directory: ZipDirectory } | { ok: false; reason: ZipRefusal }

export interface ByteSpan {
  offset: number
  /** In bytes. */
  length: number
}

/** Bytes of a stream that are in memory, addressed by their place in the stream. */
export interface Window {
  bytes: Uint8Array
  offset: number
  /** `undefined` when the span is not wholly inside. */
  get(span: ByteSpan): Uint8Array | undefined
}

export function createWindow(bytes: Uint8Array, offset: number): Window {
  return {
    bytes,
    offset,
    get(span) {
      const start = span.offset - offset
      if (start < 0 || start + span.length > bytes.length) return undefined
      return bytes.subarray(start, start + span.length)
    },
  }
}

export function refuse(reason: ZipRefusal): { ok: false; reason: ZipRefusal } {
  return { ok: false, reason }
}
