import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  ALL_FEATURES,
  concat,
  createTestHost,
  type TestHost,
  type TestReply,
  testBytes,
} from '../../../test/helpers/test-host.ts'
import {
  assertRefused,
  getChunks,
  messageBody,
  putChunked,
  putMessage,
  readFrames,
  signatureOf,
} from '../../../test/helpers/wopi-story.ts'
import { zipOf } from '../../../test/helpers/zip-writer.ts'
import { EMPTY_CHUNK_ID } from '../../protocol/chunking/chunk-id.ts'
import { parseGetChunksResponse, type RequestedRange } from '../../protocol/messages.ts'
import { chunkIdOf } from '../../protocol/spooky/spooky.ts'

const CONTENT = testBytes(1000)
const ID = chunkIdOf(CONTENT)

test('GetChunks sends the range that was asked for', async () => {
  const host = await createTestHost({ content: CONTENT })

  const { ranges, collection, reply } = await ask(host, { chunkId: ID, offset: 4, length: 6 })

  assert.deepEqual(ranges, [
    { chunkId: ID, offset: 4, bytes: CONTENT.slice(4, 10), endOfChunk: false },
  ])
  assert.deepEqual(collection, [{ streamId: 'MainContent', chunkIds: [ID] }])
  assert.equal(reply.headers.get('X-WOPI-SequenceNumber'), '1')
  assert.equal(reply.headers.get('X-WOPI-ItemVersion'), '1')
})

test('GetChunks with the length -1 sends everything from the offset on, and marks the end', async () => {
  const host = await createTestHost({ content: CONTENT })

  const { ranges } = await ask(host, { chunkId: ID, offset: 990, length: -1 })

  assert.deepEqual(ranges, [
    { chunkId: ID, offset: 990, bytes: CONTENT.slice(990), endOfChunk: true },
  ])
})

test('GetChunks shortens a range that reaches beyond the end, and marks the end', async () => {
  const host = await createTestHost({ content: CONTENT })

  const { ranges } = await ask(host, { chunkId: ID, offset: 990, length: 11 })

  assert.deepEqual(ranges, [
    { chunkId: ID, offset: 990, bytes: CONTENT.slice(990), endOfChunk: true },
  ])
})

test('GetChunks marks the end of a range that ends exactly there, also of an empty one', async () => {
  const host = await createTestHost({ content: CONTENT })

  const { ranges } = await ask(
    host,
    { chunkId: ID, offset: 999, length: 1 },
    { chunkId: ID, offset: 1000, length: -1 },
    { chunkId: ID, offset: 0, length: 0 },
  )

  assert.deepEqual(
    ranges.map(({ bytes, endOfChunk }) => [bytes.length, endOfChunk]),
    [
      [1, true],
      [0, true],
      [0, false],
    ],
  )
})

test('GetChunks answers every range, also of one chunk several times, and names it once', async () => {
  const host = await createTestHost({ content: CONTENT })
  const range = { chunkId: ID, offset: 10, length: 10 }

  const { ranges, collection } = await ask(host, range, { ...range, offset: 15 }, range)

  assert.deepEqual(
    ranges.map(({ offset }) => offset),
    [10, 15, 10],
  )
  assert.deepEqual(collection[0]?.chunkIds, [ID])
})

test('GetChunks gives any chunk back in any ranges', async () => {
  const host = await createTestHost({ content: CONTENT })

  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: 999 })), async (cuts) => {
      const starts = [0, ...cuts.toSorted((a, b) => a - b)]
      const asked = starts.map((offset, i) => {
        const end = starts[i + 1]
        return { chunkId: ID, offset, length: end === undefined ? -1 : end - offset }
      })

      const { ranges } = await ask(host, ...asked)

      assert.deepEqual(concat(ranges.map(({ bytes }) => bytes)), CONTENT)
      assert.deepEqual(
        ranges.map(({ endOfChunk }) => endOfChunk),
        asked.map((_, i) => i === asked.length - 1),
      )
    }),
    { numRuns: 50 },
  )
})

test('GetChunks leaves out chunks that the stream does not have', async () => {
  const host = await createTestHost({ content: CONTENT })
  const gone = chunkIdOf(testBytes(5, 5))

  const { ranges, collection } = await ask(
    host,
    { chunkId: gone, offset: 0, length: -1 },
    { chunkId: ID, offset: 0, length: 1 },
  )

  assert.equal(ranges.length, 1)
  assert.deepEqual(collection, [{ streamId: 'MainContent', chunkIds: [ID] }])
})

test('GetChunks after a save leaves out the old chunks and tells the new number', async () => {
  const host = await createTestHost({ content: CONTENT })
  await host.lock('L')
  await host.put(testBytes(30, 8), 'L')

  const { ranges, collection, reply } = await ask(host, { chunkId: ID, offset: 0, length: -1 })

  assert.deepEqual(ranges, [])
  assert.deepEqual(collection, [{ streamId: 'MainContent', chunkIds: [] }])
  assert.equal(reply.headers.get('X-WOPI-SequenceNumber'), '2')
})

test('GetChunks of a stream that does not exist answers no chunks', async () => {
  const host = await createTestHost({ content: CONTENT })
  const chunkRangesToReturn = [
    { chunkId: ID, offset: 0, length: -1 },
    { chunkId: EMPTY_CHUNK_ID, offset: 0, length: -1 },
  ]

  const reply = await getChunks(host, [{ streamId: 'Nowhere', chunkRangesToReturn }])

  const { frames, message } = readFrames(reply.body)
  assert.equal(reply.status, 200)
  assert.deepEqual(frames, [])
  assert.deepEqual(parseGetChunksResponse(message).chunkRangeCollection, [
    { streamId: 'Nowhere', chunkIds: [] },
  ])
})

test('GetChunks finds a chunk in the stream that it is asked of, not in another', async () => {
  const host = await createTestHost({ content: CONTENT })
  await host.lock('L')
  const alternate = testBytes(50, 6)
  const body = putMessage([signatureOf([alternate], { streamId: 'Alternate' })], {
    inline: [alternate],
  })
  await putChunked(host, body, { lock: 'L' })

  const range = { chunkId: chunkIdOf(alternate), offset: 0, length: -1 }
  const reply = await getChunks(host, [
    { streamId: 'MainContent', chunkRangesToReturn: [range] },
    { streamId: 'Alternate', chunkRangesToReturn: [range] },
  ])

  const { frames, message } = readFrames(reply.body)
  assert.deepEqual(
    parseGetChunksResponse(message).chunkRangeCollection.map(({ chunkIds }) => chunkIds.length),
    [0, 1],
  )
  assert.deepEqual(frames[0]?.payload, alternate)
})

test('GetChunks knows a zip under the id of its whole, too', async () => {
  const zip = zipOf({ entries: [{ name: 'a', content: testBytes(100) }] })
  const host = await createTestHost({ content: zip })

  const { ranges } = await ask(host, { chunkId: chunkIdOf(zip), offset: 0, length: -1 })

  assert.deepEqual(ranges[0]?.bytes, zip)
})

test('GetChunks with a range that starts behind the end, or makes no sense, is 400', async () => {
  const host = await createTestHost({ content: CONTENT })

  for (const range of [
    { ChunkId: ID, Offset: 1001, Length: -1 },
    { ChunkId: ID, Offset: -1, Length: 1 },
    { ChunkId: ID, Offset: 0, Length: -2 },
    { ChunkId: ID, Offset: 0.5, Length: 1 },
    { ChunkId: 'x', Offset: 0, Length: 1 },
  ]) {
    const filter = { StreamId: 'MainContent', ChunkRangesToReturn: [range] }
    const body = messageBody(JSON.stringify({ ContentFilters: [filter] }))
    assertRefused(await host.send('GET_CHUNKS', { body }), 400)
  }
})

test('GetChunks whose body cannot be read, names no stream, or one twice, is 400', async () => {
  const host = await createTestHost({ content: CONTENT })
  const filter = '{"StreamId":"MainContent","ChunkRangesToReturn":[]}'

  for (const body of [
    new Uint8Array(0),
    testBytes(40),
    messageBody('{"ContentFilters":[]}'),
    messageBody(`{"ContentFilters":[${filter},${filter}]}`),
  ])
    assertRefused(await host.send('GET_CHUNKS', { body }), 400)
})

test('GetChunks needs a valid token (401) that may read (404), and is 501 where it is off', async () => {
  const host = await createTestHost({ content: CONTENT })
  const off = await createTestHost({ features: { ...ALL_FEATURES, uploadSessions: false } })

  assertRefused(await host.send('GET_CHUNKS', { token: 'forged' }), 401)
  assertRefused(await host.send('GET_CHUNKS', { token: 'bob:none' }), 404)
  assertRefused(await off.send('GET_CHUNKS'), 501)
})

interface ReceivedRange {
  chunkId: string
  offset: number
  bytes: Uint8Array
  endOfChunk: boolean
}

async function ask(host: TestHost, ...chunkRangesToReturn: RequestedRange[]) {
  const reply: TestReply = await getChunks(host, [{ streamId: 'MainContent', chunkRangesToReturn }])
  assert.equal(reply.status, 200, reply.headers.get('X-WOPI-FailureReason') ?? '')
  const { message, frames } = readFrames(reply.body)
  const ranges = frames.map(({ frame, payload }): ReceivedRange => {
    assert.ok(frame.type === 'ChunkRange')
    assert.equal(frame.length, payload.length)
    const { chunkId, offset, endOfChunk } = frame
    return { chunkId, offset, bytes: payload, endOfChunk }
  })
  return { reply, ranges, collection: parseGetChunksResponse(message).chunkRangeCollection }
}
