import assert from 'node:assert/strict'
import test from 'node:test'
import { testBytes } from '../../../test/helpers/test-host.ts'
import { signatureOf } from '../../../test/helpers/wopi-story.ts'
import { EMPTY_CHUNK_ID } from '../../protocol/chunking/chunk-id.ts'
import { PackedChunks } from '../../protocol/chunking/packed-chunks.ts'
import type { StreamSignature } from '../../protocol/signature.ts'
import { runAtOnce } from '../../protocol/steps.ts'
import { CHUNKS_PER_DOCUMENT_MAX } from '../limits.ts'
import { type ChunkIndex, indexChunks } from './chunk-index.ts'
import { buildChunkTable } from './chunk-table.ts'
import { ExtentList } from './extents.ts'
import type { Manifest, PropertyState, StreamState } from './manifest.ts'
import { applyChunkedPut, applyWholePut, checkState, resolveStream } from './next-state.ts'

const DAY = 24 * 60 * 60 * 1000
const [A, B] = [testBytes(10, 1), testBytes(20, 2)]
const PACK = { key: 'aa/doc/1' }
const SOURCE = {
  chunks: PackedChunks.of([
    { ...chunkOf(A), offset: 32 },
    { ...chunkOf(B), offset: 74 },
  ]),
  extents: ExtentList.of([{ source: PACK, offset: 0, length: 100 }]),
}
const INDEX = indexChunks([runAtOnce(buildChunkTable([SOURCE]))])

test('resolveStream finds the extents in the order of the signature', () => {
  const stream = resolve(signatureOf([B, A, A]), INDEX, 7)

  assert.deepEqual(
    [...stream.extents],
    [
      { source: PACK, offset: 74, length: 20 },
      { source: PACK, offset: 32, length: 10 },
      { source: PACK, offset: 32, length: 10 },
    ],
  )
  assert.deepEqual([stream.size, stream.updatedAt, stream.scheme], [40, 7, 'Zip'])
})

test('resolveStream turns a stream without bytes into the empty chunk of FullFile', () => {
  for (const declared of [signatureOf([]), signatureOf([new Uint8Array(0), new Uint8Array(0)])]) {
    const { scheme, chunks, size, extents } = resolve(declared, INDEX, 7)

    assert.deepEqual([scheme, size, [...extents]], ['FullFile', 0, []])
    assert.deepEqual([...chunks], [{ id: EMPTY_CHUNK_ID, length: 0 }])
  }
})

test('resolveStream refuses unknown chunks and wrong lengths', () => {
  const wrong = signatureOf([A])
  wrong.chunks = [{ ...chunkOf(A), length: 9 }]

  assert.throws(() => resolve(signatureOf([testBytes(3, 3)]), INDEX, 7), {
    code: 'CHUNK_MISSING',
  })
  assert.throws(() => resolve(wrong, INDEX, 7), /has 10 bytes, not 9/)
})

test('applyChunkedPut replaces, deletes and carries streams forward, and drops expired ones', () => {
  const base: Manifest = {
    streams: [
      streamOf('MainContent', 0),
      streamOf('a', DAY),
      streamOf('b', DAY),
      streamOf('old', 0),
    ],
    properties: [propertyOf('kept', DAY), propertyOf('set', DAY), propertyOf('old', 0)],
  }
  const put = streamOf('a', 30 * DAY)
  const { updatedAt: _, ...declared } = propertyOf('set', 0)

  const next = applyChunkedPut(base, [put], new Set(['b']), [declared], 30 * DAY)

  assert.deepEqual(
    next.streams.map(({ streamId, updatedAt }) => [streamId, updatedAt]),
    [
      ['MainContent', 0],
      ['a', 30 * DAY],
    ],
  )
  assert.deepEqual(
    next.properties.map(({ name, updatedAt }) => [name, updatedAt]),
    [
      ['kept', DAY],
      ['set', 30 * DAY],
    ],
  )
})

test('applyWholePut keeps only properties of KeepOnContentChange', () => {
  const base: Manifest = {
    streams: [streamOf('MainContent', 0), streamOf('a', 0)],
    properties: [
      propertyOf('delete', 5),
      { ...propertyOf('keep', 5), retention: 'KeepOnContentChange' },
      { ...propertyOf('old', 5 - 30 * DAY), retention: 'KeepOnContentChange' },
    ],
  }
  const { streamId: _, updatedAt: __, ...content } = streamOf('MainContent', 0)

  const next = applyWholePut(base, { ...content, size: 9 }, 5)

  assert.deepEqual(
    next.streams.map(({ streamId, size }) => [streamId, size]),
    [['MainContent', 9]],
  )
  assert.deepEqual(
    next.properties.map(({ name }) => name),
    ['keep'],
  )
})

test('checkState allows states up to exactly the limits', () => {
  const streams = [streamOf('MainContent', 0), streamOf('a', 0)].map((s) => ({ ...s, size: 5 }))

  checkState({ streams, properties: [] }, 10)
  assert.throws(() => checkState({ streams, properties: [] }, 9), { code: 'TOO_LARGE' })
})

test('checkState allows so many chunks for all streams together, under all their names', () => {
  const half = PackedChunks.of(
    Array.from({ length: CHUNKS_PER_DOCUMENT_MAX / 2 }, () => ({ id: EMPTY_CHUNK_ID, length: 0 })),
  )
  const full = { ...streamOf('MainContent', 0), chunks: half, alternatives: half }
  const more = { ...streamOf('a', 0), chunks: PackedChunks.of([chunkOf(A)]) }

  checkState({ streams: [full], properties: [] }, 10)
  assert.throws(() => checkState({ streams: [full, more], properties: [] }, 10), {
    code: 'CONTENT_LIMIT',
    message: /262145 chunks; 262144 are allowed/,
  })
})

function resolve({ chunks, ...declared }: StreamSignature, index: ChunkIndex, now: number) {
  return runAtOnce(resolveStream({ ...declared, chunks: PackedChunks.of(chunks) }, index, now))
}

function chunkOf(bytes: Uint8Array) {
  return signatureOf([bytes]).chunks[0] as { id: string; length: number }
}

function streamOf(streamId: string, updatedAt: number): StreamState {
  return {
    streamId,
    updatedAt,
    scheme: 'FullFile',
    size: 0,
    chunks: new PackedChunks(),
    alternatives: new PackedChunks(),
    extents: new ExtentList(),
    awaitsChunking: false,
  }
}

function propertyOf(name: string, updatedAt: number): PropertyState {
  return { name, value: 'v', retention: 'DeleteOnContentChange', updatedAt }
}
