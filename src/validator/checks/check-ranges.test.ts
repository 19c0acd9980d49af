import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { chunkIdOf } from '../../protocol/spooky/spooky.ts'
import { rangesFault } from './check-ranges.ts'

const TEXT = new TextEncoder().encode('SampleTextVersion-1')
const CHUNK = { bytes: TEXT }
const NO_RESOURCES = new Map()

function range(start: number, end: number, options: { payload?: Uint8Array; ends?: boolean } = {}) {
  const { payload = TEXT.subarray(start, end), ends = end === TEXT.length } = options
  const frame = {
    type: 'ChunkRange' as const,
    chunkId: chunkIdOf(TEXT),
    payloadSize: payload.length,
    offset: start,
    length: payload.length,
    endOfChunk: ends,
  }
  return { frame, payload }
}

function faultOf(blobs: Parameters<typeof rangesFault>[0], offset: number, length: number) {
  return rangesFault(blobs, [{ chunk: CHUNK, offset, length }], NO_RESOURCES)
}

describe('rangesFault', () => {
  test('finds none when a range came, in one frame or in several in any order', () => {
    assert.equal(faultOf([range(4, 10)], 4, 6), undefined)
    assert.equal(faultOf([range(10, 19), range(4, 10)], 4, 15), undefined)
    assert.equal(faultOf([], 19, 0), undefined)
  })

  test('tells bytes that are missing, that differ, or that nobody asked for', () => {
    assert.match(`${faultOf([range(4, 9)], 4, 6)}`, /4 to 10 .* have not come/)
    assert.match(`${faultOf([], 0, 19)}`, /have not come/)
    assert.match(`${faultOf([range(4, 11)], 4, 6)}`, /nobody asked for them/)
    const payload = new Uint8Array(6)
    assert.match(`${faultOf([range(4, 10, { payload })], 4, 6)}`, /differ from what was asked for/)
  })

  test('tells a flag that is wrong', () => {
    assert.match(`${faultOf([range(4, 10, { ends: true })], 4, 6)}`, /said to end/)
    assert.match(`${faultOf([range(4, 19, { ends: false })], 4, 15)}`, /said not to end/)
  })

  test('refuses frames of whole chunks', () => {
    const frame = { type: 'Chunk' as const, chunkId: chunkIdOf(TEXT), payloadSize: TEXT.length }

    assert.match(`${faultOf([{ frame, payload: TEXT }], 0, 19)}`, /expected ChunkRange frames/)
  })
})
