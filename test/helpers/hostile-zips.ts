// Writes test/fixtures/zip: archives that must not be cut as such, each named by the reason.
// Run it with `node test/helpers/hostile-zips.ts` after a change.
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { join, type ZipEntry, type ZipOptions, zipOf } from './zip-writer.ts'

/** Where the files are. */
export const HOSTILE_ZIPS = new URL('../fixtures/zip/', import.meta.url)

const FIRST: ZipEntry = { name: 'a.txt', content: 'first' }
const SECOND: ZipEntry = { name: 'b.txt', content: 'second' }
const KIB = 1024

/** The archive that all others are made of: a sound one. */
const SOUND: ZipOptions = { entries: [FIRST, SECOND] }

function lying(lies: NonNullable<ZipOptions['lies']>): Uint8Array {
  return zipOf({ ...SOUND, lies })
}

function lying64(lies: NonNullable<ZipOptions['lies']>): Uint8Array {
  return zipOf({ ...SOUND, zip64: true, lies })
}

function withSecond(changes: Partial<ZipEntry>): Uint8Array {
  return zipOf({ entries: [FIRST, { ...SECOND, ...changes }] })
}

function withSecondListedAs(directoryLies: NonNullable<ZipEntry['directoryLies']>): Uint8Array {
  return withSecond({ directoryLies })
}

/** Hostile and broken archives by file name: reason, what makes the difference, `zip`. */
export function hostileZips(): Record<string, Uint8Array> {
  const sound = zipOf(SOUND)
  return {
    'too-short.signature-only.zip': sound.slice(0, 4),
    'no-local-header.empty-archive.zip': zipOf({ entries: [] }),
    'no-local-header.prefix.zip': zipOf({ ...SOUND, prefix: new Uint8Array(16) }),
    'no-local-header.comment-only.zip': zipOf({ entries: [], comment: 'x'.repeat(64) }),
    'no-end-record.truncated.zip': sound.slice(0, -1),
    'no-end-record.directory-missing.zip': join([sound.slice(0, 40), new Uint8Array(KIB)]),
    'no-end-record.comment-length-lies.zip': lying({ commentLength: 1 }),
    'several-disks.end-record.zip': lying({ disk: 1 }),
    'several-disks.entries-on-disk.zip': lying({ entriesOnDisk: 1 }),
    'several-disks.entry.zip': withSecondListedAs({ disk: 1 }),
    'zip64-record-invalid.signature.zip': lying64({ zip64Signature: 0 }),
    'zip64-record-invalid.beyond-end.zip': lying64({ zip64Offset: 2 ** 40 }),
    'zip64-record-invalid.offset-huge.zip': lying64({ zip64Offset: 2 ** 63 }),
    'zip64-extra-missing.size.zip': withSecondListedAs({ compressedSize: 0xffff_ffff }),
    'zip64-extra-missing.offset.zip': withSecondListedAs({ localOffset: 0xffff_ffff }),
    'zip64-extra-missing.truncated.zip': withSecond({
      directoryExtra: new Uint8Array([1, 0, 28, 0, 6, 0, 0, 0]),
      directoryLies: { compressedSize: 0xffff_ffff },
    }),
    'zip64-extra-missing.too-few-values.zip': withSecond({
      directoryExtra: new Uint8Array([1, 0, 4, 0, 6, 0, 0, 0]),
      directoryLies: { compressedSize: 0xffff_ffff },
    }),
    'no-entries.count-lies.zip': lying({ entries: 0 }),
    'too-many-entries.count-lies.zip': lying64({ entries: 2 ** 32 }),
    'directory-out-of-bounds.offset.zip': lying({ directoryOffset: 0x7fff_ffff }),
    'directory-out-of-bounds.size.zip': lying({ directorySize: 0x7fff_ffff }),
    'directory-out-of-bounds.size-huge.zip': lying64({ directorySize: 2 ** 62 }),
    'directory-cut-short.name.zip': withSecondListedAs({ nameLength: 0xffff }),
    'directory-cut-short.size.zip': lying({ directorySize: 92 }),
    'entry-signature-wrong.offset.zip': lying({ directoryOffset: 1 }),
    'entry-signature-wrong.first-name-longer.zip': zipOf({
      entries: [{ ...FIRST, directoryLies: { nameLength: 6 } }, SECOND],
    }),
    'entry-signature-wrong.entry.zip': withSecondListedAs({ signature: 0 }),
    'entry-count-wrong.more-than-fit.zip': lying({ entries: 60_000 }),
    'entry-count-wrong.fewer.zip': lying({ entries: 1 }),
    'entry-out-of-bounds.offset.zip': withSecondListedAs({ localOffset: 0x7fff_ffff }),
    'entry-out-of-bounds.size.zip': withSecondListedAs({ compressedSize: 0xffff_fffe }),
    'entry-out-of-bounds.size-64.zip': withSecond({
      zip64: true,
      directoryLies: { compressedSize: 2 ** 63 },
    }),
    'entries-overlap.same-offset.zip': withSecondListedAs({ localOffset: 0 }),
    'entries-overlap.within.zip': withSecondListedAs({ localOffset: 1 }),
    'first-entry-not-at-start.unlisted.zip': zipOf({
      entries: [{ ...FIRST, listed: false }, SECOND],
    }),
    'local-header-wrong.signature.zip': withSecond({ localLies: { signature: 0x12345678 } }),
    'local-header-wrong.too-long.zip': withSecond({ localLies: { nameLength: 6 } }),
    'cut-short.header-longest.zip': withSecond({ localLies: { nameLength: 0xffff } }),
  }
}

async function writeFixtures(): Promise<void> {
  await mkdir(HOSTILE_ZIPS, { recursive: true })
  for (const [name, bytes] of Object.entries(hostileZips())) {
    await writeFile(new URL(name, HOSTILE_ZIPS), bytes)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFixtures()
