import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PlacedChunk } from '../protocol/chunking/chunk.ts'
import { createChunkReader } from '../protocol/frames/chunk-reader.ts'
import { chunkIdOf } from '../protocol/spooky/spooky.ts'
import { bytesSource, readAhead } from './source.ts'
import { createUploadPlan, type UploadPlan } from './upload-plan.ts'

interface Document {
  bytes: Uint8Array
  chunks: PlacedChunk[]
}

/** Documents of some chunks, some of which may be equal or empty. */
const documents: fc.Arbitrary<Document> = fc
  .array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 12 })
  .map((pieces) => {
    let offset = 0
    const chunks = pieces.map((piece) => {
      const chunk = { id: chunkIdOf(piece), length: piece.length, offset }
      offset += piece.length
      return chunk
    })
    return { bytes: Uint8Array.from(pieces.flatMap((piece) => [...piece])), chunks }
  })

test('createUploadPlan makes a stream of the chunks that the host lacks, each id once', async () => {
  await fc.assert(
    fc.asyncProperty(documents, fc.integer({ min: 0, max: 12 }), async (document, known) => {
      const hostIds = new Set(document.chunks.slice(0, known).map(({ id }) => id))
      const plan = createUploadPlan(document.chunks)

      plan.cover(hostIds)

      const lacking = document.chunks.map(({ id }) => id).filter((id) => !hostIds.has(id))
      const sent = createChunkReader({ endFrame: 'forbidden' }).push(await whole(plan, document))
      assert.deepEqual(
        sent.map(({ id }) => id),
        [...new Set(lacking)],
      )
    }),
  )
})

test('fragment gives the same stream under every cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      documents,
      fc.integer({ min: 1, max: 70 }),
      async (document, fragmentBytes) => {
        const plan = createUploadPlan(document.chunks)
        plan.cover(new Set())
        const read = readAhead(bytesSource(document.bytes))

        const fragments: number[] = []
        while (fragments.length < plan.size) {
          fragments.push(...(await plan.fragment(fragments.length, fragmentBytes, read)))
        }

        assert.deepEqual(Uint8Array.from(fragments), await whole(plan, document))
      },
    ),
  )
})

test('createUploadPlan makes the same stream again from its runs', async () => {
  await fc.assert(
    fc.asyncProperty(documents, fc.nat(11), async (document, known) => {
      const plan = createUploadPlan(document.chunks)
      plan.cover(new Set(document.chunks.slice(known).map(({ id }) => id)))
      plan.cover(new Set())

      const again = createUploadPlan(document.chunks, JSON.parse(JSON.stringify(plan.runs)))

      assert.deepEqual(await whole(again, document), await whole(plan, document))
    }),
  )
})

test('cover leaves the stream so far as it is', async () => {
  await fc.assert(
    fc.asyncProperty(documents, fc.nat(11), async (document, known) => {
      const plan = createUploadPlan(document.chunks)
      plan.cover(new Set(document.chunks.slice(known).map(({ id }) => id)))
      const before = await whole(plan, document)

      plan.cover(new Set())

      assert.deepEqual((await whole(plan, document)).subarray(0, before.length), before)
    }),
  )
})

test('contentBefore counts bytes and whole chunks of the document, no frame headers', () => {
  const chunks = [
    { id: chunkIdOf(new Uint8Array(10)), length: 10, offset: 0 },
    { id: chunkIdOf(new Uint8Array(5)), length: 5, offset: 10 },
  ]
  const plan = createUploadPlan(chunks)
  plan.cover(new Set())

  const counted = [0, 31, 32, 35, 42, 73, 74, 79].map((offset) => plan.contentBefore(offset))

  assert.deepEqual(
    counted.map(({ bytes, chunks }) => [bytes, chunks]),
    [
      [0, 0],
      [0, 0],
      [0, 0],
      [3, 0],
      [10, 1],
      [10, 1],
      [10, 1],
      [15, 2],
    ],
  )
})

test('createUploadPlan refuses runs that the document does not have', () => {
  const chunks = [{ id: chunkIdOf(new Uint8Array(1)), length: 1, offset: 0 }]

  assert.throws(() => createUploadPlan(chunks, [0, 2]), /names chunk 1 of 1/)
})

function whole(plan: UploadPlan, { bytes }: Document): Promise<Uint8Array> {
  return plan.fragment(0, plan.size, bytesSource(bytes).read)
}
