import {
  END_RECORD,
  IN_ZIP64_16,
  IN_ZIP64_32,
  uint16,
  uint32,
  uint64,
  viewOf,
  ZIP64_END_RECORD,
  ZIP64_LOCATOR,
} from './layout.ts'
import { type ByteSpan, refuse, type Window, type ZipRefusal } from './outcome.ts'

interface LocatedDirectory extends ByteSpan {
  ok: true
  /** Number of entries that it claims to have. */
  count: number
}

/** What the end records say, and where the first of them begins. */
interface EndFields {
  disk: number
  directoryDisk: number
  entriesOnDisk: number
  entries: number
  directorySize: number
  directoryOffset: number
  recordOffset: number
}

/**
 * Finds the central directory through the end records, of which `tail` holds all but the zip64 one
 * for certain. Yields the span of that one when it lies before the tail.
 */
export function* locateDirectory(
  tail: Window,
): Generator<ByteSpan, LocatedDirectory | { ok: false; reason: ZipRefusal }, Uint8Array> {
  const at = findEndRecord(tail.bytes)
  if (at < 0) return refuse('no-end-record')
  let end = readEndRecord(tail, at)
  const zip64 = zip64RecordSpan(tail, end)
  if (zip64 !== undefined) {
    if (!liesBefore(zip64, end.recordOffset - ZIP64_LOCATOR.bytes)) {
      return refuse('zip64-record-invalid')
    }
    const widened = widen(end, viewOf(tail.get(zip64) ?? (yield zip64)), zip64.offset)
    if (widened === undefined) return refuse('zip64-record-invalid')
    end = widened
  }
  return check(end)
}

/** Looks for the last record whose comment fits in; what follows the comment does no harm. */
function findEndRecord(bytes: Uint8Array): number {
  const view = viewOf(bytes)
  for (let at = bytes.length - END_RECORD.bytes; at >= 0; at--) {
    if (bytes[at] !== 0x50 || uint32(view, at) !== END_RECORD.signature) continue
    const end = at + END_RECORD.bytes + uint16(view, at + END_RECORD.commentLength)
    if (end <= bytes.length) return at
  }
  return -1
}

function readEndRecord(tail: Window, at: number): EndFields {
  const view = viewOf(tail.bytes)
  return {
    disk: uint16(view, at + END_RECORD.disk),
    directoryDisk: uint16(view, at + END_RECORD.directoryDisk),
    entriesOnDisk: uint16(view, at + END_RECORD.entriesOnDisk),
    entries: uint16(view, at + END_RECORD.entries),
    directorySize: uint32(view, at + END_RECORD.directorySize),
    directoryOffset: uint32(view, at + END_RECORD.directoryOffset),
    recordOffset: tail.offset + at,
  }
}

/** `undefined` when the end record needs no widening, or no locator stands before it. */
function zip64RecordSpan(tail: Window, end: EndFields): ByteSpan | undefined {
  if (!isNarrow(end)) return undefined
  const offset = end.recordOffset - ZIP64_LOCATOR.bytes
  const bytes = tail.get({ offset, length: ZIP64_LOCATOR.bytes })
  if (bytes === undefined) return undefined
  const locator = viewOf(bytes)
  if (uint32(locator, 0) !== ZIP64_LOCATOR.signature) return undefined
  return {
    offset: uint64(locator, ZIP64_LOCATOR.recordOffset),
    length: ZIP64_END_RECORD.bytes,
  }
}

function isNarrow(end: EndFields): boolean {
  return (
    end.entries === IN_ZIP64_16 ||
    end.directorySize === IN_ZIP64_32 ||
    end.directoryOffset === IN_ZIP64_32
  )
}

function liesBefore(span: ByteSpan, limit: number): boolean {
  return span.offset + span.length <= limit
}

/** Takes from the zip64 record what had no room in the end record; the rest must agree. */
function widen(end: EndFields, record: DataView, recordOffset: number): EndFields | undefined {
  if (uint32(record, 0) !== ZIP64_END_RECORD.signature) return undefined
  const wide: EndFields = {
    disk: uint32(record, ZIP64_END_RECORD.disk),
    directoryDisk: uint32(record, ZIP64_END_RECORD.directoryDisk),
    entriesOnDisk: uint64(record, ZIP64_END_RECORD.entriesOnDisk),
    entries: uint64(record, ZIP64_END_RECORD.entries),
    directorySize: uint64(record, ZIP64_END_RECORD.directorySize),
    directoryOffset: uint64(record, ZIP64_END_RECORD.directoryOffset),
    recordOffset,
  }
  const agree =
    agrees(end.entries, wide.entries, IN_ZIP64_16) &&
    agrees(end.directorySize, wide.directorySize, IN_ZIP64_32) &&
    agrees(end.directoryOffset, wide.directoryOffset, IN_ZIP64_32)
  return agree ? wide : undefined
}

function agrees(narrow: number, wide: number, placeholder: number): boolean {
  return narrow === placeholder || narrow === wide
}

function check(end: EndFields): LocatedDirectory | { ok: false; reason: ZipRefusal } {
  if (end.disk !== 0 || end.directoryDisk !== 0 || end.entriesOnDisk !== end.entries) {
    return refuse('several-disks')
  }
  if (end.entries === 0) return refuse('no-entries')
  if (end.directoryOffset + end.directorySize > end.recordOffset) {
    return refuse('directory-out-of-bounds')
  }
  return { ok: true, offset: end.directoryOffset, length: end.directorySize, count: end.entries }
}
