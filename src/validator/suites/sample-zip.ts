/** Sizes of a zip archive's records, in bytes (APPNOTE, sections 4.3.7, 4.3.12, 4.3.16). */
const LOCAL_HEADER_BYTES = 30
const DIRECTORY_ENTRY_BYTES = 46
const END_RECORD_BYTES = 22

const STORED_VERSION = 20
/** 1 January 1980 in the format of MS-DOS. */
const FIRST_DATE = 0x21
const CRC_POLYNOMIAL = 0xedb88320

interface Entry {
  name: Uint8Array
  content: Uint8Array
  crc: number
  /** Of the local header, in bytes. */
  offset: number
}

/** An archive of stored entries: for each two chunks, and one for its directory. */
export function zipOf(contents: Readonly<Record<string, string>>): Uint8Array {
  const utf8 = new TextEncoder()
  const parts: Uint8Array[] = []
  const entries: Entry[] = []
  let offset = 0
  for (const [path, text] of Object.entries(contents)) {
    const [name, content] = [utf8.encode(path), utf8.encode(text)]
    const entry = { name, content, crc: crc32(content), offset }
    entries.push(entry)
    parts.push(localHeader(entry), name, content)
    offset += LOCAL_HEADER_BYTES + name.length + content.length
  }
  const directory = entries.flatMap((entry) => [directoryEntry(entry), entry.name])
  return join([...parts, ...directory, endRecord(entries.length, offset, sizeOf(directory))])
}

function localHeader(entry: Entry): Uint8Array {
  const { bytes, view } = record(LOCAL_HEADER_BYTES, 0x04034b50)
  writeFacts(view, 4, entry)
  return bytes
}

function directoryEntry(entry: Entry): Uint8Array {
  const { bytes, view } = record(DIRECTORY_ENTRY_BYTES, 0x02014b50)
  view.setUint16(4, STORED_VERSION, true)
  writeFacts(view, 6, entry)
  view.setUint32(42, entry.offset, true)
  return bytes
}

/** Version, flags, method, time, date, CRC, both sizes, length of the name: the same in both. */
function writeFacts(view: DataView, at: number, { name, content, crc }: Entry): void {
  view.setUint16(at, STORED_VERSION, true)
  view.setUint16(at + 8, FIRST_DATE, true)
  view.setUint32(at + 10, crc, true)
  view.setUint32(at + 14, content.length, true)
  view.setUint32(at + 18, content.length, true)
  view.setUint16(at + 22, name.length, true)
}

function endRecord(count: number, offset: number, size: number): Uint8Array {
  const { bytes, view } = record(END_RECORD_BYTES, 0x06054b50)
  view.setUint16(8, count, true)
  view.setUint16(10, count, true)
  view.setUint32(12, size, true)
  view.setUint32(16, offset, true)
  return bytes
}

function record(length: number, signature: number): { bytes: Uint8Array; view: DataView } {
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, signature, true)
  return { bytes, view }
}

function crc32(bytes: Uint8Array): number {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? CRC_POLYNOMIAL : 0)
  }
  return ~crc >>> 0
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((size, { length }) => size + length, 0)
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(sizeOf(parts))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
