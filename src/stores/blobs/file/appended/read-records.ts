import { hasCode, type SystemCalls } from '../system-calls.ts'
import {
  decodeHeader,
  deletedByteOf,
  HEADER_MAX_BYTES,
  isFront,
  LAST_UNIT,
  type RecordHeader,
  UNIT_BYTES,
  unitsOf,
} from './layout.ts'

/** As much as is looked at at once for zeros. */
const ZERO_BLOCK_BYTES = 64 * 1024

/** A record of a pack file. */
export interface FoundRecord extends RecordHeader {
  unit: number
  units: number
  isDeleted: boolean
}

/** What follows the last whole record of a file. */
export interface Remainder {
  /** Of its first byte. */
  start: number
  /** Whether it is sure to be what a crash left, and not records behind a damaged one. */
  isTorn: boolean
}

/**
 * Reads the headers of a file's records, not the blobs. Ends before the first record that is not
 * whole, and at once where there is no pack file.
 *
 * @returns what comes then
 */
export async function* readRecords(
  calls: SystemCalls,
  file: number,
): AsyncGenerator<FoundRecord, Remainder> {
  const size = await calls.size(file)
  const front = await readFront(calls, file)
  if (!front) return { start: 0, isTorn: await isTorn(calls, file, 0, size) }
  let unit = 1
  while (unit <= LAST_UNIT && unit * UNIT_BYTES < size) {
    const header = await readHeader(calls, file, unit)
    const start = unit * UNIT_BYTES
    if (!header) return { start, isTorn: await isTorn(calls, file, start, size) }
    if (start + header.headerBytes + header.length > size) return { start, isTorn: true }
    const units = unitsOf(header.key.length, header.length)
    yield { ...header, unit, units, isDeleted: front[deletedByteOf(unit)] !== 0 }
    unit += units
  }
  return { start: size, isTorn: true }
}

/** Whole records fill whole units: less than one was cut. Zeros were never written. */
async function isTorn(
  calls: SystemCalls,
  file: number,
  start: number,
  size: number,
): Promise<boolean> {
  if (size - start < UNIT_BYTES) return true
  const block = new Uint8Array(ZERO_BLOCK_BYTES)
  for (let at = start; at < size; at += block.length) {
    const count = await readUpTo(calls, file, block, at)
    if (block.subarray(0, count).some((byte) => byte !== 0)) return false
  }
  return true
}

/**
 * Finds the record of a key that starts at a unit.
 *
 * @returns `undefined` when another one is there, or none
 */
export async function findRecord(
  calls: SystemCalls,
  file: number,
  { key, unit }: { key: string; unit: number },
): Promise<FoundRecord | undefined> {
  const deleted = new Uint8Array(1)
  const [header] = await Promise.all([
    readHeader(calls, file, unit),
    readUpTo(calls, file, deleted, deletedByteOf(unit)),
  ])
  if (header?.key !== key) return undefined
  return { ...header, unit, units: unitsOf(key.length, header.length), isDeleted: deleted[0] !== 0 }
}

/** The first unit of a file; `undefined` when it is no pack file. */
export async function readFront(calls: SystemCalls, file: number): Promise<Uint8Array | undefined> {
  const front = new Uint8Array(UNIT_BYTES)
  const count = await readUpTo(calls, file, front, 0)
  return count === UNIT_BYTES && isFront(front) ? front : undefined
}

/** Opens a file. @returns `undefined` when it is not there */
export async function openIfThere(
  calls: SystemCalls,
  path: string,
  flags: 'r' | 'r+',
): Promise<number | undefined> {
  try {
    return await calls.open(path, flags)
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error
    return undefined
  }
}

async function readHeader(
  calls: SystemCalls,
  file: number,
  unit: number,
): Promise<RecordHeader | undefined> {
  const bytes = new Uint8Array(HEADER_MAX_BYTES)
  const count = await readUpTo(calls, file, bytes, unit * UNIT_BYTES)
  return decodeHeader(bytes.subarray(0, count))
}

/** @returns how many bytes there were, fewer only at the end of the file */
async function readUpTo(
  calls: SystemCalls,
  file: number,
  bytes: Uint8Array,
  position: number,
): Promise<number> {
  let filled = 0
  while (filled < bytes.length) {
    const count = await calls.read(file, bytes, filled, position + filled)
    if (count === 0) break
    filled += count
  }
  return filled
}
