import fc from 'fast-check'
import { type WrittenZip, writeZip, type ZipEntry, type ZipOptions } from './zip-writer.ts'

const smallBytes = (maxLength: number) => fc.uint8Array({ maxLength })
/** An extra field of an unknown kind, with any data. */
const extra = smallBytes(12).map((data) => new Uint8Array([0x20, 0xa2, data.length, 0, ...data]))

/** Left out, or one of these; `exactOptionalPropertyTypes` knows no `undefined`. */
const entry: fc.Arbitrary<ZipEntry> = fc.record(
  {
    name: fc.string({ maxLength: 20 }),
    content: fc.oneof(smallBytes(300), fc.constant('words '.repeat(40))),
    deflate: fc.boolean(),
    localExtra: extra,
    directoryExtra: extra,
    comment: fc.string({ maxLength: 10 }),
    descriptor: fc.constantFrom('signed' as const, 'bare' as const),
    sizesInHeader: fc.boolean(),
    zip64: fc.boolean(),
    gapAfter: smallBytes(8),
    listed: fc.nat(4).map((dice) => dice > 0),
  },
  { requiredKeys: ['name', 'content'] },
)

const options: fc.Arbitrary<ZipOptions> = fc.record(
  {
    entries: fc.array(entry, { minLength: 1, maxLength: 6 }),
    comment: fc.string({ maxLength: 10 }),
    junk: smallBytes(8),
    zip64: fc.boolean(),
    gapAfterDirectory: smallBytes(8),
  },
  { requiredKeys: ['entries'] },
)

export interface GeneratedZip extends WrittenZip {
  options: ZipOptions
}

/** Any archive that follows the rules, however unusual. Its first entry is always listed. */
export const anyZip: fc.Arbitrary<GeneratedZip> = options.map((chosen) => {
  const [first, ...others] = chosen.entries
  const entries = first ? [{ ...first, listed: true }, ...others] : []
  const complete = { ...chosen, entries }
  return { ...writeZip(complete), options: complete }
})

/** An archive with a few bytes overwritten. */
export const anyDamagedZip: fc.Arbitrary<Uint8Array> = fc
  .tuple(anyZip, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }))
  .map(([{ bytes }, damages]) => {
    const damaged = bytes.slice()
    for (const [position, value] of damages) damaged[position % damaged.length] = value
    return damaged
  })

/** Lengths of the pieces in which bytes arrive. */
export const anyPieces: fc.Arbitrary<number[]> = fc.array(fc.nat(70), { maxLength: 60 })
