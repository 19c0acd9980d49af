import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import {
  chunkByDirectory,
  chunkFully,
  countReads,
  readerOf,
  readerOfHugeZip,
} from '../../../test/helpers/chunk-stream.ts'
import { HOSTILE_ZIPS, hostileZips } from '../../../test/helpers/hostile-zips.ts'
import { type WrittenZip, writeZip, zipOf } from '../../../test/helpers/zip-writer.ts'
import { CENTRAL_DIRECTORY_MAX_BYTES, CHUNKS_PER_STREAM_MAX } from '../names.ts'
import { parseZipDirectory, readZipDirectory } from './central-directory.ts'

const GIB = 2 ** 30
/** Signature, and the last read: end record, longest comment, zip64 locator; in bytes. */
const FIRST_READS_BYTES = 4 + 22 + 65_535 + 20
const ENTRIES = [
  { name: 'a.txt', content: 'first' },
  { name: 'b/', content: '' },
  { name: 'c.txt', content: 'the third', deflate: true },
]

function read(bytes: Uint8Array) {
  return readZipDirectory(readerOf(bytes), bytes.length)
}

/** What the directory of a sound archive must say. */
function expectedOf(zip: WrittenZip, order = zip.entries.map((_, index) => index)) {
  const entries = order.map((index) => zip.entries[index])
  return {
    size: zip.bytes.length,
    offset: zip.directoryOffset,
    localOffsets: Float64Array.from(entries, (entry) => entry?.localOffset ?? -1),
    compressedSizes: Float64Array.from(entries, (entry) => entry?.compressedSize ?? -1),
    flags: new Uint16Array(entries.length),
  }
}

describe('readZipDirectory', () => {
  test('readZipDirectory tells where the entries lie, in the order of the file', async () => {
    const zip = writeZip({ entries: ENTRIES, directoryOrder: [2, 0, 1] })

    const outcome = await read(zip.bytes)

    assert.deepEqual(outcome, { ok: true, directory: expectedOf(zip) })
  })

  test('readZipDirectory keeps each entry of a shuffled directory together', async () => {
    const [first, , third] = ENTRIES
    assert.ok(first && third)
    const entries = [
      { ...first, flags: 1 },
      { ...third, descriptor: 'bare' as const },
    ]

    const outcome = await read(zipOf({ entries, directoryOrder: [1, 0] }))

    assert.ok(outcome.ok)
    assert.deepEqual([...outcome.directory.flags], [1, 8])
  })

  test('readZipDirectory takes sizes and offsets from zip64 records and extra fields', async () => {
    const entries = ENTRIES.map((entry) => ({ ...entry, zip64: true }))
    const zip = writeZip({ entries, zip64: true })

    const outcome = await read(zip.bytes)

    assert.deepEqual(outcome, { ok: true, directory: expectedOf(zip) })
  })

  test('readZipDirectory passes other extra fields on the way to the zip64 one', async () => {
    const extra = new Uint8Array([0x20, 0xa2, 2, 0, 9, 9, 1, 0, 8, 0, 5, 0, 0, 0, 0, 0, 0, 0])
    const lies = { compressedSize: 0xffff_ffff }
    const zip = writeZip({
      entries: [{ name: 'a', content: 'first', directoryExtra: extra, directoryLies: lies }],
    })

    const outcome = await read(zip.bytes)

    assert.deepEqual(outcome, { ok: true, directory: expectedOf(zip) })
  })

  test('readZipDirectory finds entries beyond 4 GiB without reading more than the end', async () => {
    const zip = writeZip({
      entries: [
        { name: 'huge', content: '', zip64: true, directoryLies: { compressedSize: 5 * GIB } },
        { name: 'far', content: '', zip64: true, directoryLies: { localOffset: 6 * GIB } },
      ],
      zip64: true,
      lies: { directoryOffset: 7 * GIB, zip64Offset: 7 * GIB + 2 * (46 + 28) + 'hugefar'.length },
    })
    const tail = zip.bytes.slice(zip.directoryOffset)
    const reader = countReads(readerOfHugeZip(7 * GIB, tail))

    const outcome = await readZipDirectory(reader.read, 7 * GIB + tail.length)

    assert.ok(outcome.ok, JSON.stringify(outcome))
    assert.deepEqual([...outcome.directory.localOffsets], [0, 6 * GIB])
    assert.deepEqual([...outcome.directory.compressedSizes], [5 * GIB, 0])
    assert.equal(outcome.directory.offset, 7 * GIB)
    assert.equal(reader.bytesRead, FIRST_READS_BYTES)
  })

  test('readZipDirectory finds the end record in front of the longest comment', async () => {
    const zip = writeZip({ entries: ENTRIES, comment: 'x'.repeat(65_535) })

    const outcome = await read(zip.bytes)

    assert.deepEqual(outcome, { ok: true, directory: expectedOf(zip) })
  })

  test('readZipDirectory gives up when the end record is not among the last bytes', async () => {
    const junk = new Uint8Array(65_535 + 21)

    const outcome = await read(zipOf({ entries: ENTRIES, junk }))

    assert.deepEqual(outcome, { ok: false, reason: 'no-end-record' })
  })

  test('readZipDirectory passes a digital signature at the end of the directory', async () => {
    const entry = { name: 'a', content: 'first' }
    const plain = writeZip({ entries: [entry] })
    const signature = new Uint8Array([0x50, 0x4b, 5, 5, 2, 0, 7, 7])
    const directorySize = plain.bytes.length - plain.directoryOffset - 22 + signature.length
    const zip = writeZip({
      entries: [entry],
      gapAfterDirectory: signature,
      lies: { directorySize },
    })

    const outcome = await read(zip.bytes)

    assert.deepEqual(outcome, { ok: true, directory: expectedOf(zip) })
  })

  test('readZipDirectory takes two reads for a small archive and three for a large directory', async () => {
    const many = Array.from({ length: 2000 }, (_, index) => ({ name: `part${index}`, content: '' }))
    const small = zipOf({ entries: ENTRIES })
    const large = zipOf({ entries: many })
    const [ofSmall, ofLarge] = [countReads(readerOf(small)), countReads(readerOf(large))]

    await readZipDirectory(ofSmall.read, small.length)
    await readZipDirectory(ofLarge.read, large.length)

    assert.deepEqual([ofSmall.reads, ofLarge.reads], [2, 3])
  })

  test('readZipDirectory reads 65,535 entries', async () => {
    const entries = Array.from({ length: 65_535 }, () => ({ name: '', content: '' }))

    const outcome = await read(zipOf({ entries }))

    assert.ok(outcome.ok)
    assert.equal(outcome.directory.localOffsets[65_534], 65_534 * 30)
  })
})

describe('readZipDirectory, against hostile archives', async () => {
  const files = await readdir(HOSTILE_ZIPS)

  test('readZipDirectory has a file for every hostile archive, up to date', async () => {
    const expected = hostileZips()

    const found = await Promise.all(files.map((name) => readFile(new URL(name, HOSTILE_ZIPS))))

    assert.deepEqual(files.toSorted(), Object.keys(expected).sort())
    for (const [index, name] of files.entries()) {
      assert.deepEqual(new Uint8Array(found[index] ?? []), expected[name], name)
    }
  })

  for (const name of files) {
    test(`readZipDirectory and the chunker refuse ${name}`, async () => {
      const reason = name.split('.')[0]
      const bytes = new Uint8Array(await readFile(new URL(name, HOSTILE_ZIPS)))

      const chunked = await chunkFully(bytes)
      const byDirectory = await chunkByDirectory(bytes)

      assert.equal(chunked.scheme, 'FullFile')
      assert.equal(chunked.refusal, reason)
      assert.equal(typeof byDirectory === 'string' ? byDirectory : byDirectory.refusal, reason)
    })
  }

  test('readZipDirectory asks for nothing more when the end record claims too much', async () => {
    const claims = [
      { directoryOffset: 0, directorySize: 3 * GIB },
      { directoryOffset: 4, directorySize: 5 * GIB },
      { entries: CHUNKS_PER_STREAM_MAX },
    ]

    for (const lies of claims) {
      const zip = writeZip({ entries: ENTRIES, zip64: true, lies })
      const tail = zip.bytes.slice(zip.directoryOffset)
      const reader = countReads(readerOfHugeZip(4 * GIB, tail))
      const outcome = await readZipDirectory(reader.read, 4 * GIB + tail.length)

      assert.equal(outcome.ok, false)
      assert.ok(reader.reads <= 3 && reader.bytesRead <= FIRST_READS_BYTES + 56)
    }
  })

  test('readZipDirectory refuses a directory too large to keep before reading it', async () => {
    const size = CENTRAL_DIRECTORY_MAX_BYTES + 1
    const lies = { directoryOffset: GIB, directorySize: size }
    const zip = writeZip({ entries: ENTRIES, lies })
    const end = zip.bytes.slice(-22)
    const reader = countReads(readerOfHugeZip(GIB + size, end))

    const outcome = await readZipDirectory(reader.read, GIB + size + end.length)

    assert.deepEqual(outcome, { ok: false, reason: 'directory-too-large' })
    assert.equal(reader.bytesRead, FIRST_READS_BYTES)
  })
})

describe('readZipDirectory, with a reader that fails', () => {
  const many = Array.from({ length: 2000 }, (_, index) => ({ name: `part${index}`, content: '' }))
  const { bytes } = writeZip({ entries: many, zip64: true, comment: 'x'.repeat(65_535) })

  /** Gives every answer but the one to the read number `failing`. */
  function failingReader(failing: number, fail: () => Promise<Uint8Array>) {
    let reads = 0
    const good = readerOf(bytes)
    return (offset: number, length: number) => (reads++ === failing ? fail() : good(offset, length))
  }

  test('readZipDirectory takes four reads at most', async () => {
    const reader = countReads(readerOf(bytes))

    const outcome = await readZipDirectory(reader.read, bytes.length)

    assert.ok(outcome.ok)
    assert.equal(reader.reads, 4)
  })

  for (const failing of [0, 1, 2, 3]) {
    test(`readZipDirectory passes on the error after ${failing} reads`, async () => {
      const error = new Error('The disk is gone')
      const reader = failingReader(failing, () => Promise.reject(error))

      const reading = readZipDirectory(reader, bytes.length)

      await assert.rejects(reading, (thrown) => thrown === error)
    })

    test(`readZipDirectory refuses too few bytes after ${failing} reads`, async () => {
      const reader = failingReader(failing, () => Promise.resolve(new Uint8Array(3)))

      const reading = readZipDirectory(reader, bytes.length)

      await assert.rejects(reading, RangeError)
    })
  }
})

describe('parseZipDirectory', () => {
  test('parseZipDirectory reads what readZipDirectory reads', async () => {
    const zip = writeZip({ entries: ENTRIES, zip64: true })
    const tail = zip.bytes.subarray(zip.directoryOffset)

    const outcome = parseZipDirectory(tail, zip.directoryOffset)

    assert.deepEqual(outcome, await read(zip.bytes))
  })

  test('parseZipDirectory cannot tell when the directory starts before the tail', () => {
    const zip = writeZip({ entries: ENTRIES })
    const offset = zip.directoryOffset + 1

    const outcome = parseZipDirectory(zip.bytes.subarray(offset), offset)

    assert.equal(outcome, undefined)
  })
})
