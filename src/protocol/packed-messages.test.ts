import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { chunkIdFromBytes } from './chunking/chunk-id.ts'
import { MessageError } from './message-error.ts'
import {
  encodeGetChunksRequest,
  parseGetChunkedFileRequest,
  parseGetChunksRequest,
} from './messages.ts'
import { readPut, readQuestion, readRanges } from './packed-messages.ts'
import { runAtOnce, type Steps } from './steps.ts'
import { encodePutChunkedFileRequest, parsePutChunkedFileRequest } from './upload-messages.ts'

const anyId = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(chunkIdFromBytes)
const anyStreams = fc.uniqueArray(fc.constantFrom('MainContent', 'a', 'ü', '"b"'), { minLength: 1 })

/** What is read of a message, as the functions that read it in one piece give it. */
const PUT = {
  atOnce: parsePutChunkedFileRequest,
  inSteps: (bytes: Uint8Array) => {
    const { signatures, ...rest } = runAtOnce(readPut(bytes))
    const plain = signatures.map((one) => ({ ...one, chunks: [...one.chunks] }))
    return { ...rest, signatures: plain }
  },
}
const QUESTION = {
  atOnce: (bytes: Uint8Array) => {
    const { contentFilters, ...rest } = parseGetChunkedFileRequest(bytes)
    return { ...rest, contentFilters: contentFilters.map(({ chunkingScheme: _, ...one }) => one) }
  },
  inSteps: (bytes: Uint8Array) => {
    const { contentFilters, ...rest } = runAtOnce(readQuestion(bytes))
    const plain = contentFilters.map(({ known, ...one }) => ({
      ...one,
      alreadyKnownChunks: [...known].map(({ id }) => id),
    }))
    return { ...rest, contentFilters: plain }
  },
}
const RANGES = {
  atOnce: (bytes: Uint8Array) =>
    parseGetChunksRequest(bytes).contentFilters.map(({ chunkingScheme: _, ...one }) => one),
  inSteps: (bytes: Uint8Array) =>
    runAtOnce(readRanges(bytes)).contentFilters.map(({ streamId, ranges }) => ({
      streamId,
      chunkRangesToReturn: [...ranges.placed()].map(({ id, ...one }) => ({ chunkId: id, ...one })),
    })),
}

test('readPut reads what parsePutChunkedFileRequest reads, however long the lists are', () => {
  const anyRequest = anyStreams.chain((streamIds) =>
    fc.tuple(fc.nat(400), anyId, fc.nat(2 ** 40)).map(([count, id, length]) => ({
      contentProperties: Array.from({ length: count % 200 }, (_, i) => ({
        name: `p${i}`,
        value: 'ü,[]{}"\\',
        retention: 'KeepOnContentChange' as const,
      })),
      signatures: streamIds.map((streamId) => ({
        streamId,
        scheme: 'Zip' as const,
        chunks: Array.from({ length: count }, (_, i) => ({ id, length: length + i })),
      })),
      uploadSessionTokenToCommit: 'token',
    })),
  )
  fc.assert(
    fc.property(anyRequest, (request) => {
      const bytes = encodePutChunkedFileRequest(request)

      assert.deepEqual(PUT.inSteps(bytes), PUT.atOnce(bytes))
    }),
    { numRuns: 40 },
  )
})

test('readRanges reads 131,072 ranges in many steps', () => {
  const range = { chunkId: 'GQn1a/wGJyPHUei0Ze5yiw==', offset: 0, length: -1 }
  const chunkRangesToReturn = Array.from({ length: 131_072 }, () => range)
  const bytes = encodeGetChunksRequest({
    contentFilters: [{ streamId: 'MainContent', chunkRangesToReturn }],
  })

  const ranges = runAtOnce(readRanges(bytes)).contentFilters[0]?.ranges

  assert.equal(ranges?.length, 131_072)
  assert.equal(ranges?.lengthAt(131_071), -1)
  assert.ok(countSteps(readRanges(bytes)) > 300)
})

for (const [what, { atOnce, inSteps }] of Object.entries({ PUT, QUESTION, RANGES }))
  test(`${what}: what is changed in a message is refused or read in the same way`, () => {
    const seeds = [
      longMessage('[1,2]'),
      longMessage('{}'),
      longMessage(quoted(100)),
      longMessage('[]'),
    ]
    const anyChange = fc.tuple(
      fc.constantFrom(...seeds),
      fc.nat(20_000),
      fc.constantFrom(
        '',
        ',',
        '[',
        ']',
        '{',
        '}',
        '"',
        ' ',
        ',,',
        '[]',
        'null',
        '\u00e9',
        '\ufeff',
      ),
      fc.nat(3),
    )
    fc.assert(
      fc.property(anyChange, ([seed, at, put, dropped]) => {
        const place = at % seed.length
        const text = seed.slice(0, place) + put + seed.slice(place + dropped)
        const bytes = new TextEncoder().encode(text)

        assert.deepEqual(outcomeOf(inSteps, bytes), outcomeOf(atOnce, bytes))
      }),
      { numRuns: 300 },
    )
  })

test('a message that is not UTF-8 inside of a long list is refused', () => {
  const bytes = new TextEncoder().encode(longMessage(quoted(100)))
  bytes[bytes.lastIndexOf('v'.charCodeAt(0))] = 0xff

  assert.throws(() => PUT.inSteps(bytes), /is not UTF-8/)
})

/** A message with everything that any of the three has, and a member that none knows. */
function longMessage(unknown: string): string {
  const id = 'GQn1a/wGJyPHUei0Ze5yiw=='
  const list = (entry: object | string) => Array.from({ length: 90 }, () => entry)
  const all = {
    ContentPropertiesToReturn: ['a'],
    ContentProperties: [{ Name: 'n', Value: 'v', Retention: 'KeepOnContentChange' }],
    Signatures: [
      {
        StreamId: 'MainContent',
        ChunkingScheme: 'Zip',
        ChunkSignatures: list({ ChunkId: id, Length: 0 }),
      },
    ],
    ContentFilters: [
      {
        StreamId: 'MainContent',
        ChunkingScheme: 'Zip',
        ChunksToReturn: 'All',
        AlreadyKnownChunks: list(id),
        ChunkRangesToReturn: list({ ChunkId: id, Offset: 0, Length: -1 }),
      },
    ],
  }
  return `${JSON.stringify(all).slice(0, -1)},"Unknown":${unknown}}`
}

function quoted(count: number): string {
  return JSON.stringify(Array.from({ length: count }, () => 'v'))
}

function outcomeOf(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): unknown {
  try {
    return read(bytes)
  } catch (error) {
    if (error instanceof MessageError) return error.code
    throw error
  }
}

function countSteps(steps: Steps<unknown>): number {
  let count = 0
  while (!steps.next().done) count++
  return count
}
