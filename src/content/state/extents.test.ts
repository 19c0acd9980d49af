import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { type Extent, ExtentList } from './extents.ts'

const anyExtents: fc.Arbitrary<Extent[]> = fc.array(
  fc.record({
    source: fc.constantFrom('a', 'b', 'c').map((key) => ({ key })),
    offset: fc.nat(1000),
    length: fc.integer({ min: 1, max: 50 }),
  }),
  { maxLength: 12 },
)

test('slice finds for every range exactly its bytes', () => {
  const cases = anyExtents.chain((extents) =>
    fc
      .tuple(fc.nat(ExtentList.of(extents).size), fc.nat(ExtentList.of(extents).size))
      .map(([a, b]) => ({ extents, start: Math.min(a, b), end: Math.max(a, b) })),
  )
  fc.assert(
    fc.property(cases, ({ extents, start, end }) => {
      const found = [...ExtentList.of(extents).slice(start, end - start)]

      assert.deepEqual(places(found), places(extents).slice(start, end))
      assert.ok(found.every(({ length }) => length > 0))
    }),
  )
})

test('slice refuses a range beyond the end or before the start', () => {
  const list = ExtentList.of([{ source: { key: 'a' }, offset: 5, length: 10 }])

  assert.throws(() => [...list.slice(0, 11)], RangeError)
  assert.throws(() => [...list.slice(11, 0)], RangeError)
  assert.throws(() => [...list.slice(-1, 1)], RangeError)
  assert.throws(() => [...list.slice(0, -1)], RangeError)
  assert.throws(() => [...new ExtentList().slice(0, 1)], RangeError)
  assert.deepEqual([...new ExtentList().slice(0, 0)], [])
})

test('push keeps the bytes and their order', () => {
  fc.assert(
    fc.property(anyExtents, (extents) => {
      assert.deepEqual(places([...ExtentList.of(extents)]), places(extents))
    }),
  )
})

test('push joins what touches in one pack, and nothing else', () => {
  const row = new ExtentList()
  const [a, b] = [{ key: 'a' }, { key: 'b' }]

  row.push({ source: a, offset: 0, length: 5 })
  row.push({ source: a, offset: 5, length: 5 })
  row.push({ source: b, offset: 10, length: 5 })
  row.push({ source: b, offset: 16, length: 5 })
  row.push({ source: b, offset: 21, length: 0 })
  row.push({ source: b, offset: 0, length: 1 })

  assert.deepEqual(
    [...row],
    [
      { source: a, offset: 0, length: 10 },
      { source: b, offset: 10, length: 5 },
      { source: b, offset: 16, length: 5 },
      { source: b, offset: 0, length: 1 },
    ],
  )
})

/** The place of every byte in a list of extents. */
function places(extents: readonly Extent[]): string[] {
  return extents.flatMap(({ source, offset, length }) =>
    Array.from({ length }, (_, i) => `${source.key}${offset + i}`),
  )
}
