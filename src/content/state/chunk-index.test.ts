import assert from 'node:assert/strict'
import test from 'node:test'
import { testBytes } from '../../../test/helpers/test-host.ts'
import { EMPTY_CHUNK_ID } from '../../protocol/chunking/chunk-id.ts'
import { PackedChunks } from '../../protocol/chunking/packed-chunks.ts'
import { CONTENT_PART_LIFETIME_MS } from '../../protocol/names.ts'
import { chunkIdOf } from '../../protocol/spooky/spooky.ts'
import { runAtOnce } from '../../protocol/steps.ts'
import { type ChunkIndex, indexChunks, manifestSources, streamSources } from './chunk-index.ts'
import { buildChunkTable, type ChunkSource } from './chunk-table.ts'
import { type Extent, ExtentList } from './extents.ts'
import type { StreamState } from './manifest.ts'

const [A, B, WHOLE] = [1, 2, 3].map((seed) => chunkIdOf(testBytes(9, seed))) as [
  string,
  string,
  string,
]

test('ChunkIndex.find returns the extents of a chunk, across packs and in parts', () => {
  const chunks = PackedChunks.of([{ id: A, offset: 5, length: 10 }])
  const extents = ExtentList.of([extent('p', 100, 8), extent('q', 0, 50)])
  const index = indexOf([{ chunks, extents }])

  const found = index.find(A)

  assert.equal(found?.length, 10)
  assert.deepEqual([...(found?.slice(0, 10) ?? [])], [extent('p', 105, 3), extent('q', 0, 7)])
  assert.deepEqual([...(found?.slice(4, 2) ?? [])], [extent('q', 1, 2)])
})

test('ChunkIndex.find prefers the earlier source, and in it the earlier place', () => {
  const at = (key: string, offset: number) => ({
    chunks: PackedChunks.of([
      { id: A, offset, length: 2 },
      { id: A, offset: 0, length: 2 },
    ]),
    extents: ExtentList.of([extent(key, 0, 10)]),
  })

  const index = indexOf([at('first', 4), at('second', 0)])

  assert.deepEqual([...(index.find(A)?.slice(0, 2) ?? [])], [extent('first', 4, 2)])
})

test('ChunkIndex.find finds no unknown id, but always the empty chunk', () => {
  const index = indexChunks([])

  assert.equal(index.find(A), undefined)
  assert.equal(index.find(EMPTY_CHUNK_ID)?.length, 0)
  assert.deepEqual([...(index.find(EMPTY_CHUNK_ID)?.slice(0, 0) ?? [])], [])
})

test('streamSources and manifestSources know a stream by its signature and by its other names', () => {
  const main = streamOf('MainContent', 'p')
  const alternate = streamOf('Alternate', 'q')

  const one = indexOf(streamSources(main))
  const all = indexOf(manifestSources({ streams: [alternate, main], properties: [] }, 0))

  assert.deepEqual([...(one.find(B)?.slice(0, 4) ?? [])], [extent('p', 3, 4)])
  assert.deepEqual([...(one.find(WHOLE)?.slice(0, 7) ?? [])], [extent('p', 0, 7)])
  assert.deepEqual([...(all.find(B)?.slice(0, 4) ?? [])], [extent('q', 3, 4)])
})

test('manifestSources leaves out expired alternate streams', () => {
  const streams = [streamOf('Alternate', 'q'), streamOf('MainContent', 'p')]

  const sources = manifestSources({ streams, properties: [] }, CONTENT_PART_LIFETIME_MS)

  assert.deepEqual([...(indexOf(sources).find(B)?.slice(0, 4) ?? [])], [extent('p', 3, 4)])
})

test('find finds every one of many chunks', () => {
  const ids = Array.from({ length: 5000 }, (_, i) => chunkIdOf(testBytes(9, i)))
  const chunks = PackedChunks.of(ids.map((id) => ({ id, length: 3 })))
  const index = indexOf([{ chunks, extents: ExtentList.of([extent('p', 0, 15_000)]) }])

  for (const [i, id] of ids.entries()) {
    const [found] = index.find(id)?.slice(0, 3) ?? []
    assert.equal(found?.offset, ids.indexOf(id) === i ? 3 * i : found?.offset)
  }
  assert.equal(index.find(chunkIdOf(testBytes(10, 1))), undefined)
})

function streamOf(streamId: string, pack: string): StreamState {
  return {
    streamId,
    updatedAt: 0,
    scheme: 'Zip',
    size: 7,
    chunks: PackedChunks.of([
      { id: A, length: 3 },
      { id: B, length: 4 },
    ]),
    alternatives: PackedChunks.of([{ id: WHOLE, length: 7 }]),
    extents: ExtentList.of([extent(pack, 0, 7)]),
    awaitsChunking: false,
  }
}

function indexOf(sources: readonly ChunkSource[]): ChunkIndex {
  return indexChunks([runAtOnce(buildChunkTable(sources))])
}

function extent(key: string, offset: number, length: number): Extent {
  return { source: { key }, offset, length }
}
