import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { once, testBytes } from '../../../test/helpers/test-host.ts'
import { type WatchedBlobs, watchBlobs } from '../../../test/helpers/watched-stores.ts'
import { BlobNotFoundError, type BlobStore } from '../../ports/blob-store.ts'
import { createMemoryBlobStore } from '../../stores/blobs/memory.ts'
import { MERGED_GAP_MAX_BYTES, READ_AHEAD_PACKS, READ_AHEAD_PACKS_IN_ALL } from '../limits.ts'
import type { Extent } from '../state/extents.ts'
import { openPieces, type Piece, readExtents } from './assemble.ts'
import { createOpener, type Opener } from './opener.ts'

const PACK_BYTES = 200_000
const PACKS = ['a', 'b', 'c', 'd', 'e'].map((key, i) => ({
  key,
  bytes: testBytes(PACK_BYTES, i + 1),
}))

test('openPieces returns exactly the pieces, in their order', async () => {
  const { blobs } = await filledStore()
  const anyPiece: fc.Arbitrary<Piece> = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc
      .tuple(fc.nat(PACKS.length - 1), fc.nat(PACK_BYTES), fc.oneof(fc.nat(50), fc.nat(PACK_BYTES)))
      .map(([pack, offset, length]) => extent(pack, offset, Math.min(length, PACK_BYTES - offset))),
  )

  await fc.assert(
    fc.asyncProperty(fc.array(anyPiece, { maxLength: 15 }), async (pieces) => {
      assert.deepEqual(await readAll(blobs, pieces), expectedOf(pieces))
    }),
    { numRuns: 150 },
  )
})

test('openPieces reads neighbours of one pack as one range, across small gaps and literal bytes', async () => {
  const watched = await filledStore()
  const header = testBytes(32)
  const pieces = [header, extent(0, 100, 50), header, extent(0, 182, 18), extent(0, 60_000, 10)]

  const bytes = await readAll(watched.blobs, pieces)

  assert.deepEqual(bytes, expectedOf(pieces))
  assert.deepEqual(watched.opens, [{ key: 'a', range: { start: 100, end: 60_010 } }])
})

test('openPieces starts a new read after a large gap, backwards, and for another pack', async () => {
  const watched = await filledStore()
  const far = 10 + MERGED_GAP_MAX_BYTES
  const pieces = [
    extent(0, 0, 10),
    extent(0, far, 10),
    extent(0, far + 11 + MERGED_GAP_MAX_BYTES, 5),
    extent(0, 3, 5),
    extent(1, 8, 5),
    extent(0, 8, 5),
  ]

  const bytes = await readAll(watched.blobs, pieces)

  assert.deepEqual(bytes, expectedOf(pieces))
  assert.deepEqual(
    watched.opens.map(({ key, range }) => [key, range?.start, range?.end]),
    [
      ['a', 0, far + 10],
      ['a', far + 11 + MERGED_GAP_MAX_BYTES, far + 16 + MERGED_GAP_MAX_BYTES],
      ['a', 3, 8],
      ['b', 8, 13],
      ['a', 8, 13],
    ],
  )
})

test('openPieces opens a few packs ahead of the one being read, not all', async () => {
  const watched = await filledStore()

  await using opened = await openPieces(createOpener(watched.blobs), everyPack())

  assert.equal(watched.opens.length, 1 + READ_AHEAD_PACKS)
  for await (const _ of opened) break
})

test('openPieces opens nothing ahead while too many packs are open, and still reads', async () => {
  const watched = await filledStore()
  const opener = createOpener(watched.blobs)
  const greedy = READ_AHEAD_PACKS_IN_ALL / READ_AHEAD_PACKS
  const idle = []
  for (let reader = 0; reader < greedy; reader++) idle.push(await openPieces(opener, everyPack()))
  const opensBefore = watched.opens.length

  await using modest = await openPieces(opener, everyPack())
  assert.equal(watched.opens.length - opensBefore, 1)
  assert.deepEqual(await drain(modest), expectedOf(everyPack()))

  for (const reader of idle) await reader[Symbol.asyncDispose]()
  const opensAfter = watched.opens.length
  await using free = await openPieces(opener, everyPack())
  assert.equal(watched.opens.length - opensAfter, 1 + READ_AHEAD_PACKS)
  assert.deepEqual(await drain(free), expectedOf(everyPack()))
})

test('openPieces rejects at once when the first pack is missing, and leaves nothing open', async () => {
  const watched = await filledStore()
  await watched.blobs.delete('a')

  await assert.rejects(
    openPieces(createOpener(watched.blobs), [testBytes(9), ...everyPack()]),
    BlobNotFoundError,
  )

  assert.equal(watched.open, 0)
})

test('openPieces throws during the iteration when a later pack is missing, and leaves nothing open', async () => {
  const watched = await filledStore()
  await watched.blobs.delete('c')
  await using opened = await openPieces(createOpener(watched.blobs), everyPack())

  await assert.rejects(drain(opened), BlobNotFoundError)

  assert.equal(watched.open, 0)
})

test('openPieces throws when a pack ends too early', async () => {
  const watched = await filledStore()
  const short: BlobStore = {
    ...watched.blobs,
    open: (key, { range } = {}) =>
      watched.blobs.open(key, { range: { start: range?.start ?? 0, end: (range?.end ?? 1) - 1 } }),
  }
  await using opened = await openPieces(createOpener(short), [extent(0, 0, 1000), testBytes(3)])

  await assert.rejects(drain(opened), /Pack a ends at byte 999, before 1000/)

  assert.equal(watched.open, 0)
})

test('openPieces leaves nothing open when disposed unread', async () => {
  const watched = await filledStore()
  const opened = await openPieces(createOpener(watched.blobs), everyPack())

  await opened[Symbol.asyncDispose]()

  assert.equal(watched.opens.length, 1 + READ_AHEAD_PACKS)
  assert.equal(watched.open, 0)
})

test('openPieces throws after its disposal instead of ending', async () => {
  const watched = await filledStore()
  for (const pieces of [everyPack(), [...everyPack(), ...everyPack()]]) {
    const unread = await openPieces(createOpener(watched.blobs), pieces)
    const begun = await openPieces(createOpener(watched.blobs), pieces)
    const iterator = begun[Symbol.asyncIterator]()
    await iterator.next()

    await unread[Symbol.asyncDispose]()
    await begun[Symbol.asyncDispose]()

    await assert.rejects(drain(unread))
    await assert.rejects(drain({ [Symbol.asyncIterator]: () => iterator }))
  }
  assert.equal(watched.open, 0)
})

test('openPieces leaves nothing open when its reader stops early', async () => {
  const watched = await filledStore()
  {
    await using opened = await openPieces(createOpener(watched.blobs), everyPack())
    for await (const _ of opened) break
  }

  assert.equal(watched.open, 0)
})

test('openPieces closes packs before it exceeds the limit of open packs', async () => {
  const watched = await filledStore()
  let most = 0
  await using opened = await openPieces(createOpener(watched.blobs), [
    ...everyPack(),
    ...everyPack(),
  ])

  for await (const _ of opened) most = Math.max(most, watched.open)

  assert.ok(most <= 2 + READ_AHEAD_PACKS, `${most} packs were open`)
  assert.equal(watched.open, 0)
})

test('openPieces joins small pieces, and passes large ones on', async () => {
  const { blobs } = await filledStore()
  const many = Array.from({ length: 4000 }, (_, i) => extent(0, i * 40, 8))
  await using opened = await openPieces(createOpener(blobs), many)

  let sent = 0
  for await (const _ of opened) sent++

  assert.ok(sent <= 2, `${sent} pieces`)
})

test('openPieces passes its signal to the store', async () => {
  const { blobs } = await filledStore()

  await assert.rejects(
    openPieces(createOpener(blobs), everyPack(), { signal: AbortSignal.abort(new Error('gone')) }),
    /gone/,
  )
})

test('openPieces opens nothing for literal bytes alone', async () => {
  const watched = await filledStore()

  assert.deepEqual(
    await readAll(watched.blobs, [testBytes(5), testBytes(6)]),
    expectedOf([testBytes(5), testBytes(6)]),
  )
  assert.deepEqual(watched.opens, [])
})

test('readExtents reads a few bytes into memory', async () => {
  const watched = await filledStore()

  const bytes = await readExtents(createOpener(watched.blobs), [extent(2, 5, 10), extent(1, 0, 3)])

  assert.deepEqual(bytes, expectedOf([extent(2, 5, 10), extent(1, 0, 3)]))
  assert.equal(watched.open, 0)
})

test('openPieces passes the locator of a pack to the store', async () => {
  const { blobs } = await filledStore()
  const locators: (string | undefined)[] = []
  const watching: BlobStore = {
    ...blobs,
    open(key, options) {
      locators.push(options?.locator)
      return blobs.open(key, options)
    },
  }

  await using opened = await openPieces(createOpener(watching), [
    { source: { key: 'a', locator: 'there' }, offset: 0, length: 1 },
  ])
  await drain(opened)

  assert.deepEqual(locators, ['there'])
})

async function filledStore(): Promise<WatchedBlobs> {
  const watched = watchBlobs(createMemoryBlobStore())
  for (const { key, bytes } of PACKS) await watched.blobs.put(key, once(bytes))
  return watched
}

function extent(pack: number, offset: number, length: number): Extent {
  return { source: { key: PACKS[pack]?.key ?? '' }, offset, length }
}

function everyPack(): Extent[] {
  return PACKS.map((_, i) => extent(i, 0, PACK_BYTES))
}

function expectedOf(pieces: readonly Piece[]): Uint8Array {
  const parts = pieces.map((piece) => {
    if (piece instanceof Uint8Array) return piece
    const bytes = PACKS.find(({ key }) => key === piece.source.key)?.bytes
    return bytes?.subarray(piece.offset, piece.offset + piece.length) ?? new Uint8Array(0)
  })
  return new Uint8Array(Buffer.concat(parts))
}

async function readAll(blobs: BlobStore, pieces: readonly Piece[]): Promise<Uint8Array> {
  await using opened = await openPieces(createOpener(blobs), pieces)
  return await drain(opened)
}

async function drain(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const bytes of source) parts.push(bytes.slice())
  return new Uint8Array(Buffer.concat(parts))
}

test('openPieces reads a document that is scattered over two packs with few reads, in the right order', async () => {
  const contents = [testBytes(4000, 1), testBytes(4000, 2)] as const
  const blobs = createMemoryBlobStore()
  await blobs.put('one', once(contents[0]))
  await blobs.put('two', once(contents[1]))
  let opens = 0
  const counting: Pick<Opener, 'open' | 'reserveAhead'> = {
    ...createOpener(blobs),
    open: (source, options) => {
      opens++
      return createOpener(blobs).open(source, options)
    },
  }
  const pieces: Piece[] = Array.from({ length: 4000 }, (_, i) => ({
    source: { key: i % 2 === 0 ? 'one' : 'two' },
    offset: 3999 - i,
    length: 1,
  }))
  pieces.splice(7, 0, Uint8Array.of(1, 2, 3))

  const bytes = await readExtents(counting, pieces as Extent[])

  const expected = pieces.flatMap((piece) =>
    piece instanceof Uint8Array
      ? [...piece]
      : [...contents[piece.source.key === 'one' ? 0 : 1].subarray(piece.offset, piece.offset + 1)],
  )
  assert.deepEqual([...bytes], expected)
  assert.ok(opens < 10, `${opens} reads`)
})
