import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

/**
 * A pack file holds the blobs of one directory that one process stored, one record after the other:
 *
 *     offset  bytes  field
 *     0       16     "wopikit packs 1\n"
 *     16      4080   one byte for each unit from unit 1 on: not 0 once its record is deleted
 *     4096    …      records, each from the start of a unit of 4096 bytes
 *
 *     of a record, integers little-endian:
 *     0       4      "wkpr"
 *     4       2      length of the key, in bytes
 *     6       2      0
 *     8       4      length of the blob, in bytes
 *     12      4      CRC-32 of the blob
 *     16      4      CRC-32 of the 16 bytes before and of the key
 *     20      …      the key in ASCII, then the blob
 *
 * A record that was not wholly written is the end of what can be found, and nothing names it: the
 * next record is written only after the one before, and a file is never appended to after a crash.
 */
export const UNIT_BYTES = 4096
export const PACKS_SUFFIX = '.packs'
/** Where the bytes that tell of deleted units begin; that of unit 1 is the first. */
const DELETED_START = 16
/** The last unit for which there is a byte. The largest file has just below 16 MiB. */
export const LAST_UNIT = UNIT_BYTES - DELETED_START
/** As much of a record as holds the longest header. */
export const HEADER_MAX_BYTES = 256

const FILE_MAGIC = Buffer.from('wopikit packs 1\n', 'latin1')
const RECORD_MAGIC = 0x7270_6b77
const FIXED_HEADER_BYTES = 20
const CHECKED_BYTES = 16
const NAME = /^([0-9a-z]{1,9})-([0-9a-f]{16})-[0-9a-f]{16}$/
const LOCATOR = /^([0-9a-z]{1,9}-[0-9a-f]{16}-[0-9a-f]{16}):([1-9]\d{0,3})$/

/** What the header of a record says. */
export interface RecordHeader {
  key: string
  /** Of the blob, in bytes. */
  length: number
  crc: number
  /** Where the blob starts behind the start of the record, in bytes. */
  headerBytes: number
}

/** Where a record is. */
export interface RecordPlace {
  /** Of the file, without its suffix. */
  name: string
  /** The unit where it starts. */
  unit: number
}

/** A name that tells when and by whom a file was made, and is used once. */
export function packFileName(createdAt: number, run: string): string {
  return `${createdAt.toString(36)}-${run}-${randomBytes(8).toString('hex')}`
}

/** What stands for one run of one process in the names of its files. */
export function newRun(): string {
  return randomBytes(8).toString('hex')
}

/** When (ms since 1970 UTC) and in which run a file was made; `undefined` for a stranger's name. */
export function readPackFileName(name: string): { createdAt: number; run: string } | undefined {
  const [, createdAt, run] = NAME.exec(name) ?? []
  if (createdAt === undefined || run === undefined) return undefined
  return { createdAt: Number.parseInt(createdAt, 36), run }
}

/** The name of a pack file without its suffix; `undefined` for a file of another kind. */
export function packFileNameOf(fileName: string): string | undefined {
  if (!fileName.endsWith(PACKS_SUFFIX)) return undefined
  const name = fileName.slice(0, -PACKS_SUFFIX.length)
  return NAME.test(name) ? name : undefined
}

export function writeLocator({ name, unit }: RecordPlace): string {
  return `${name}:${unit}`
}

/** @throws RangeError for what no `put` of this store returned */
export function readLocator(locator: string): RecordPlace {
  const [, name, unit] = LOCATOR.exec(locator) ?? []
  if (name === undefined || unit === undefined || Number(unit) > LAST_UNIT)
    throw new RangeError(`A locator of the file store is "file:unit": received ${locator}`)
  return { name, unit: Number(unit) }
}

/** The first unit of a file. */
export function encodeFront(): Uint8Array {
  const front = Buffer.alloc(UNIT_BYTES)
  FILE_MAGIC.copy(front)
  return front
}

export function isFront(front: Uint8Array): boolean {
  return Buffer.compare(front.subarray(0, FILE_MAGIC.length), FILE_MAGIC) === 0
}

/** Where in a file the byte of a unit is that says whether it was deleted. */
export function deletedByteOf(unit: number): number {
  return DELETED_START + unit - 1
}

/** Where the blob of a key starts behind the start of its record, in bytes. */
export function headerBytesOf(key: string): number {
  return FIXED_HEADER_BYTES + key.length
}

/** How many units a record takes. */
export function unitsOf(keyLength: number, length: number): number {
  return Math.ceil((FIXED_HEADER_BYTES + keyLength + length) / UNIT_BYTES)
}

export function encodeHeader(key: string, length: number, crc: number): Uint8Array {
  const header = Buffer.alloc(FIXED_HEADER_BYTES + key.length)
  header.writeUInt32LE(RECORD_MAGIC, 0)
  header.writeUInt16LE(key.length, 4)
  header.writeUInt32LE(length, 8)
  header.writeUInt32LE(crc, 12)
  header.write(key, FIXED_HEADER_BYTES, 'latin1')
  header.writeUInt32LE(checksumOf(header, key.length), CHECKED_BYTES)
  return header
}

/** @returns `undefined` when these bytes are no whole header of a record */
export function decodeHeader(bytes: Uint8Array): RecordHeader | undefined {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (header.length < FIXED_HEADER_BYTES || header.readUInt32LE(0) !== RECORD_MAGIC)
    return undefined
  const headerBytes = FIXED_HEADER_BYTES + header.readUInt16LE(4)
  if (headerBytes > header.length) return undefined
  if (checksumOf(header, headerBytes - FIXED_HEADER_BYTES) !== header.readUInt32LE(CHECKED_BYTES))
    return undefined
  const key = header.toString('latin1', FIXED_HEADER_BYTES, headerBytes)
  return { key, length: header.readUInt32LE(8), crc: header.readUInt32LE(12), headerBytes }
}

function checksumOf(header: Buffer, keyLength: number): number {
  const key = header.subarray(FIXED_HEADER_BYTES, FIXED_HEADER_BYTES + keyLength)
  return crc32(key, crc32(header.subarray(0, CHECKED_BYTES)))
}
