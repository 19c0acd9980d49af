import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { testBytes } from '../../../test/helpers/test-host.ts'
import type { OpenedBytes } from '../../ports/blob-store.ts'
import { placeChunks } from '../../protocol/signature.ts'
import { chunkIdOf } from '../../protocol/spooky/spooky.ts'
import { CHECKED_MAX_BYTES, CHECKED_MAX_CHUNKS } from '../limits.ts'
import { checkChunks, DamagedBytesError } from './checked.ts'

/** Bytes in pieces of this length, with a record of whether they were closed. */
function opened(bytes: Uint8Array, pieceLength: number): OpenedBytes & { isClosed: boolean } {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceLength)
      yield bytes.subarray(at, at + pieceLength)
  }
  return {
    isClosed: false,
    [Symbol.asyncIterator]: pieces,
    async [Symbol.asyncDispose]() {
      this.isClosed = true
    },
  }
}

function chunksOf(bytes: Uint8Array, lengths: readonly number[]) {
  let at = 0
  return placeChunks(
    lengths.map((length) => {
      at += length
      return { id: chunkIdOf(bytes.subarray(at - length, at)), length }
    }),
  )
}

async function drain(source: OpenedBytes): Promise<Uint8Array> {
  const parts: Buffer[] = []
  for await (const bytes of source) parts.push(Buffer.from(bytes))
  return Buffer.concat(parts)
}

const anyCut = fc.record({
  before: fc.nat({ max: 20 }),
  lengths: fc.array(fc.nat({ max: 50 }), { minLength: 1, maxLength: 8 }),
  pieceLength: fc.integer({ min: 1, max: 60 }),
})

test('checkChunks passes on sound bytes, split at any point', async () => {
  await fc.assert(
    fc.asyncProperty(anyCut, async ({ before, lengths, pieceLength }) => {
      const content = testBytes(lengths.reduce((sum, length) => sum + length, 0))
      const bytes = Buffer.concat([testBytes(before, 3), content])

      const checked = await checkChunks(opened(bytes, pieceLength), chunksOf(content, lengths), {
        start: before,
      })

      assert.deepEqual(await drain(checked), bytes)
    }),
  )
})

test('checkChunks throws before the end of a damaged chunk, wherever the damage is', async () => {
  await fc.assert(
    fc.asyncProperty(anyCut, fc.nat(), async ({ before, lengths, pieceLength }, where) => {
      const content = testBytes(lengths.reduce((sum, length) => sum + length, 0))
      fc.pre(content.length > 0)
      const chunks = chunksOf(content, lengths)
      const bytes = Buffer.concat([testBytes(before, 3), content])
      const at = before + (where % content.length)
      bytes[at] = (bytes[at] ?? 0) ^ 1

      const reading = checkChunks(opened(bytes, pieceLength), chunks, { start: before })

      await assert.rejects(reading.then(drain), DamagedBytesError)
    }),
  )
})

test('checkChunks finds damage in the first piece before it resolves, and closes what was opened', async () => {
  const content = testBytes(100)
  const source = opened(content, 100)

  await assert.rejects(checkChunks(source, chunksOf(testBytes(100, 9), [100])), DamagedBytesError)

  assert.equal(source.isClosed, true)
})

test('checkChunks of many chunks hashes a random selection', async () => {
  const count = CHECKED_MAX_CHUNKS * 2
  const damaged = placeChunks(Array.from({ length: count }, () => ({ id: 'wrong', length: 1 })))
  const bytes = new Uint8Array(count)

  const lucky = await checkChunks(opened(bytes, 1000), damaged, { random: () => 0.5 })
  const unlucky = checkChunks(opened(bytes, 1000), damaged, { random: () => 0.49 })

  assert.equal((await drain(lucky)).length, count)
  await assert.rejects(unlucky, DamagedBytesError)
})

test('checkChunks of long content hashes a sample', async () => {
  const chunk = { id: 'wrong', offset: 0, length: CHECKED_MAX_BYTES * 4 }

  const checked = await checkChunks(opened(new Uint8Array(chunk.length), 1 << 20), [chunk], {
    random: () => 0.25,
  })

  assert.equal((await drain(checked)).length, chunk.length)
})
