import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  type PlainManifest,
  type PlainStream,
  packManifest,
  plainManifest,
} from '../../../test/helpers/packed-states.ts'
import { testBytes } from '../../../test/helpers/test-host.ts'
import { chunkIdFromBytes } from '../../protocol/chunking/chunk-id.ts'
import { StoredFormatError } from '../bytes/codec.ts'
import { type Extent, ExtentList } from './extents.ts'
import {
  applicationSource,
  findStream,
  liveProperties,
  type Manifest,
  packsOf,
} from './manifest.ts'
import { decodeManifest, encodeManifest } from './manifest-format.ts'

/** A manifest in format 1: without the 16 bytes of the checksum. */
function withoutChecksum(manifest: Manifest): Uint8Array {
  return Uint8Array.of(1, ...encodeManifest(manifest).subarray(17))
}

const DAY = 24 * 60 * 60 * 1000
const anyId = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(chunkIdFromBytes)
const anyText = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed())
const anyTime = fc.nat({ max: 2 ** 45 })
const anySize = fc.nat({ max: 2 ** 40 })
const PACKS = [
  { key: 'aa/doc/one' },
  { key: 'aa/doc/two', locator: 'somewhere else' },
  { key: 'aa/doc/three' },
]

const REVISIONS = [applicationSource('report', 'r1'), applicationSource('report', 'ünï/@2')]

const anyExtents: fc.Arbitrary<Extent[]> = fc
  .array(
    fc.record({
      source: fc.constantFrom(...PACKS, ...REVISIONS),
      offset: anySize,
      length: fc.integer({ min: 1, max: 2 ** 30 }),
    }),
  )
  .map((extents) => [...ExtentList.of(extents)])

const anyPlain: fc.Arbitrary<PlainManifest> = fc.record({
  streams: fc.array(
    fc.record({
      streamId: anyText,
      updatedAt: anyTime,
      scheme: fc.constantFrom('Zip' as const, 'FullFile' as const),
      size: anySize,
      chunks: fc.array(fc.record({ id: anyId, length: anySize })),
      alternatives: fc.array(fc.record({ id: anyId, length: anySize, offset: anySize })),
      extents: anyExtents,
      awaitsChunking: fc.boolean(),
    }),
    { maxLength: 4 },
  ),
  properties: fc.array(
    fc.record({
      name: anyText,
      value: anyText,
      retention: fc.constantFrom('DeleteOnContentChange' as const, 'KeepOnContentChange' as const),
      updatedAt: anyTime,
    }),
    { maxLength: 4 },
  ),
})

const anyManifest: fc.Arbitrary<Manifest> = anyPlain.map(packManifest)

test('decodeManifest returns what encodeManifest encoded', () => {
  fc.assert(
    fc.property(anyManifest, (manifest) => {
      // fast-check makes objects without a prototype.
      assert.deepEqual(
        plainManifest(decodeManifest(encodeManifest(manifest))),
        structuredClone(plainManifest(manifest)),
      )
    }),
  )
})

test('decodeManifest refuses a manifest that is truncated or has extra bytes', () => {
  fc.assert(
    fc.property(anyManifest, fc.nat(), (manifest, dice) => {
      const whole = encodeManifest(manifest)

      const truncated = whole.subarray(0, dice % whole.length)
      const longer = new Uint8Array([...whole, 0])

      assert.throws(() => decodeManifest(truncated), StoredFormatError)
      assert.throws(() => decodeManifest(longer), StoredFormatError)
    }),
  )
})

test('decodeManifest throws nothing but StoredFormatError for damaged bytes without a checksum', () => {
  const damages = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(anyManifest, damages, (manifest, changes) => {
      const bytes = withoutChecksum(manifest)
      for (const [at, value] of changes) bytes[at % bytes.length] = value

      try {
        decodeManifest(bytes)
      } catch (error) {
        assert.ok(error instanceof StoredFormatError, String(error))
      }
    }),
    { numRuns: 500 },
  )
})

test('decodeManifest refuses a manifest with any changed bit', () => {
  fc.assert(
    fc.property(anyManifest, fc.nat(), fc.nat(7), (manifest, where, bit) => {
      const bytes = encodeManifest(manifest)
      const at = where % bytes.length
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)

      assert.throws(() => decodeManifest(bytes), StoredFormatError)
    }),
  )
})

test('decodeManifest reads manifests of format 1, which have no checksum', () => {
  fc.assert(
    fc.property(anyManifest, (manifest) => {
      assert.deepEqual(
        plainManifest(decodeManifest(withoutChecksum(manifest))),
        structuredClone(plainManifest(manifest)),
      )
    }),
  )
})

test('decodeManifest refuses a manifest of a later format', () => {
  const bytes = encodeManifest({ streams: [], properties: [] })
  bytes[0] = 3

  assert.throws(() => decodeManifest(bytes), /has format 3; this release reads formats up to 2/)
})

test('encodeManifest writes 5,000 chunks in far less than 1 MB', () => {
  const chunks = Array.from({ length: 5000 }, (_, i) => ({
    id: chunkIdFromBytes(testBytes(16, i + 1)),
    length: 1000 + i,
  }))
  const extents = chunks.map(({ length }, i) => ({
    source: { key: `aa/document/${i % 7}` },
    offset: 32 * i + 100_000 * i,
    length,
  }))
  const stream = { ...streamOf('MainContent', 0), size: 1, chunks, extents }

  const encoded = encodeManifest(packManifest({ streams: [stream], properties: [] }))

  assert.ok(encoded.length < 5000 * 30, `${encoded.length} bytes`)
})

test('packsOf returns every pack once, and no revision of an application', () => {
  const revision = { source: applicationSource('report', 'r1'), offset: 0, length: 9 }
  const extents = [0, 1, 0].map((i) => ({
    source: PACKS[i] as Extent['source'],
    offset: i,
    length: 9,
  }))
  const manifest = {
    streams: [
      { ...streamOf('MainContent', 0), extents },
      { ...streamOf('Alternate', 0), extents: [...extents, revision] },
    ],
    properties: [],
  }

  assert.deepEqual(packsOf(packManifest(manifest)), [PACKS[0], PACKS[1]])
})

test('findStream finds the main content forever and an alternate stream for 30 days', () => {
  const manifest = packManifest({
    streams: [streamOf('MainContent', 1000), streamOf('Alternate', 1000)],
    properties: [],
  })
  const found = (streamId: string, now: number) => findStream(manifest, streamId, now) !== undefined

  assert.equal(found('Alternate', 1000 + 30 * DAY - 1), true)
  assert.equal(found('Alternate', 1000 + 30 * DAY), false)
  assert.equal(found('MainContent', 1000 + 3000 * DAY), true)
  assert.equal(found('Other', 1000), false)
})

test('liveProperties keeps a property for 30 days', () => {
  const property = {
    name: 'p',
    value: 'v',
    retention: 'KeepOnContentChange' as const,
    updatedAt: 1000,
  }
  const manifest = { streams: [], properties: [property] }

  assert.deepEqual(liveProperties(manifest, 1000 + 30 * DAY - 1), [property])
  assert.deepEqual(liveProperties(manifest, 1000 + 30 * DAY), [])
})

function streamOf(streamId: string, updatedAt: number): PlainStream {
  return {
    streamId,
    updatedAt,
    scheme: 'FullFile',
    size: 0,
    chunks: [],
    alternatives: [],
    extents: [],
    awaitsChunking: false,
  }
}
