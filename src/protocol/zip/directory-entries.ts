import { CHUNKS_PER_STREAM_MAX } from '../names.ts'
import {
  DIGITAL_SIGNATURE,
  DIRECTORY_ENTRY,
  IN_ZIP64_16,
  IN_ZIP64_32,
  LOCAL_HEADER,
  uint16,
  uint32,
  viewOf,
  zip64Value,
} from './layout.ts'
import { refuse, type ZipDirectory, type ZipOutcome, type ZipRefusal } from './outcome.ts'

interface DirectoryPlace {
  /** Of the stream, in bytes. */
  size: number
  /** Of the directory in the stream. */
  offset: number
  /** Number of entries claimed. */
  count: number
}

/** Reads all entries of a central directory and checks that they can stand beside each other. */
export function parseEntries(
  bytes: Uint8Array,
  { size, offset, count }: DirectoryPlace,
): ZipOutcome {
  if (count >= CHUNKS_PER_STREAM_MAX) return refuse('too-many-entries')
  if (count * DIRECTORY_ENTRY.bytes > bytes.length) return refuse('entry-count-wrong')
  const unsorted: ZipDirectory = {
    size,
    offset,
    localOffsets: new Float64Array(count),
    compressedSizes: new Float64Array(count),
    flags: new Uint16Array(count),
  }
  const problem = fill(unsorted, viewOf(bytes))
  if (problem !== undefined) return refuse(problem)
  const directory = sortByOffset(unsorted)
  const conflict = findConflict(directory)
  return conflict === undefined ? { ok: true, directory } : refuse(conflict)
}

interface Entry {
  compressedSize: number
  localOffset: number
  flags: number
  /** Where the next entry starts in the directory. */
  next: number
}

function fill(directory: ZipDirectory, view: DataView): ZipRefusal | undefined {
  let at = 0
  for (let index = 0; index < directory.localOffsets.length; index++) {
    const entry = readEntry(view, at)
    if (typeof entry === 'string') return entry
    directory.localOffsets[index] = entry.localOffset
    directory.compressedSizes[index] = entry.compressedSize
    directory.flags[index] = entry.flags
    at = entry.next
  }
  return checkRest(view, at)
}

function readEntry(view: DataView, at: number): Entry | ZipRefusal {
  if (at + DIRECTORY_ENTRY.bytes > view.byteLength) return 'directory-cut-short'
  if (uint32(view, at) !== DIRECTORY_ENTRY.signature) return 'entry-signature-wrong'
  const extra = at + DIRECTORY_ENTRY.bytes + uint16(view, at + DIRECTORY_ENTRY.nameLength)
  const extraEnd = extra + uint16(view, at + DIRECTORY_ENTRY.extraLength)
  const next = extraEnd + uint16(view, at + DIRECTORY_ENTRY.commentLength)
  if (next > view.byteLength) return 'directory-cut-short'
  const disk = uint16(view, at + DIRECTORY_ENTRY.disk)
  if (disk !== 0 && disk !== IN_ZIP64_16) return 'several-disks'
  const place = readPlace(view, at, extra, extraEnd)
  if (place === undefined) return 'zip64-extra-missing'
  return { ...place, flags: uint16(view, at + DIRECTORY_ENTRY.flags), next }
}

/** Size and offset of an entry, from its zip64 extra field where they have no room outside. */
function readPlace(
  view: DataView,
  at: number,
  extra: number,
  extraEnd: number,
): Pick<Entry, 'compressedSize' | 'localOffset'> | undefined {
  let wide = uint32(view, at + DIRECTORY_ENTRY.uncompressedSize) === IN_ZIP64_32 ? 1 : 0
  let compressedSize: number | undefined = uint32(view, at + DIRECTORY_ENTRY.compressedSize)
  if (compressedSize === IN_ZIP64_32) compressedSize = zip64Value(view, extra, extraEnd, wide++)
  let localOffset: number | undefined = uint32(view, at + DIRECTORY_ENTRY.localOffset)
  if (localOffset === IN_ZIP64_32) localOffset = zip64Value(view, extra, extraEnd, wide)
  if (compressedSize === undefined || localOffset === undefined) return undefined
  return { compressedSize, localOffset }
}

/** After the last entry only a digital signature may follow. */
function checkRest(view: DataView, at: number): ZipRefusal | undefined {
  if (at === view.byteLength) return undefined
  const signed = at + 4 <= view.byteLength && uint32(view, at) === DIGITAL_SIGNATURE.signature
  return signed ? undefined : 'entry-count-wrong'
}

/** Brings entries into file order, in which nearly all archives list them already. */
function sortByOffset(directory: ZipDirectory): ZipDirectory {
  const { localOffsets, compressedSizes, flags } = directory
  if (isSorted(localOffsets)) return directory
  const order = Uint32Array.from(localOffsets.keys())
  order.sort((a, b) => (localOffsets[a] ?? 0) - (localOffsets[b] ?? 0))
  return {
    ...directory,
    localOffsets: Float64Array.from(order, (index) => localOffsets[index] ?? 0),
    compressedSizes: Float64Array.from(order, (index) => compressedSizes[index] ?? 0),
    flags: Uint16Array.from(order, (index) => flags[index] ?? 0),
  }
}

function isSorted(values: Float64Array): boolean {
  return values.every((value, index) => index === 0 || (values[index - 1] ?? 0) <= value)
}

/** Entries must follow each other from the first byte on and end before the directory. */
function findConflict(directory: ZipDirectory): ZipRefusal | undefined {
  const { localOffsets, compressedSizes, offset } = directory
  if (localOffsets[0] !== 0) return 'first-entry-not-at-start'
  let end = 0
  for (const [index, start] of localOffsets.entries()) {
    if (start < end) return 'entries-overlap'
    end = start + LOCAL_HEADER.bytes + (compressedSizes[index] ?? 0)
    if (end > offset) return 'entry-out-of-bounds'
  }
  return undefined
}
