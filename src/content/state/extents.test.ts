import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { appendExtent, type Extent, extentsLength, indexExtents } from './extents.ts'

const anyExtents: fc.Arbitrary<Extent[]> = fc.array(
  fc.record({
    source: fc.constantFrom('a', 'b', 'c').map((key) => ({ key })),
    offset: fc.nat(1000),
    length: fc.integer({ min: 1, max: 50 }),
  }),
  { maxLength: 12 },
)

test('indexExtents finds for every range exactly its bytes', () => {
  const cases = anyExtents.chain((extents) =>
    fc
      .tuple(fc.nat(extentsLength(extents)), fc.nat(extentsLength(extents)))
      .map(([a, b]) => ({ extents, start: Math.min(a, b), end: Math.max(a, b) })),
  )
  fc.assert(
    fc.property(cases, ({ extents, start, end }) => {
      const found = indexExtents(extents).slice(start, end - start)

      assert.deepEqual(places(found), places(extents).slice(start, end))
      assert.ok(found.every(({ length }) => length > 0))
    }),
  )
})

test('indexExtents refuses a range beyond the end or before the start', () => {
  const index = indexExtents([{ source: { key: 'a' }, offset: 5, length: 10 }])

  assert.throws(() => index.slice(0, 11), RangeError)
  assert.throws(() => index.slice(11, 0), RangeError)
  assert.throws(() => index.slice(-1, 1), RangeError)
  assert.throws(() => index.slice(0, -1), RangeError)
  assert.throws(() => indexExtents([]).slice(0, 1), RangeError)
  assert.deepEqual(indexExtents([]).slice(0, 0), [])
})

test('appendExtent keeps the bytes and their order', () => {
  fc.assert(
    fc.property(anyExtents, (extents) => {
      const row: Extent[] = []
      for (const extent of extents) appendExtent(row, extent)

      assert.deepEqual(places(row), places(extents))
    }),
  )
})

test('appendExtent joins what touches in one pack, and nothing else', () => {
  const row: Extent[] = []
  const [a, b] = [{ key: 'a' }, { key: 'b' }]

  appendExtent(row, { source: a, offset: 0, length: 5 })
  appendExtent(row, { source: a, offset: 5, length: 5 })
  appendExtent(row, { source: b, offset: 10, length: 5 })
  appendExtent(row, { source: b, offset: 16, length: 5 })
  appendExtent(row, { source: b, offset: 21, length: 0 })
  appendExtent(row, { source: b, offset: 0, length: 1 })

  assert.deepEqual(row, [
    { source: a, offset: 0, length: 10 },
    { source: b, offset: 10, length: 5 },
    { source: b, offset: 16, length: 5 },
    { source: b, offset: 0, length: 1 },
  ])
})

/** Every byte of a row of extents by its place. */
function places(extents: readonly Extent[]): string[] {
  return extents.flatMap(({ source, offset, length }) =>
    Array.from({ length }, (_, i) => `${source.key}${offset + i}`),
  )
}
