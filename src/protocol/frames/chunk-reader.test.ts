import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cutAt, sizesOf } from '../../../test/helpers/cuts.ts'
import {
  chunkFrame,
  chunkFrames,
  concatBytes,
  encodeFrames,
  type WholeFrame,
} from '../../../test/helpers/frames.ts'
import { chunkIdOf } from '../spooky/spooky.ts'
import { CHECKPOINT_BYTES, type CompletedChunk, createChunkReader } from './chunk-reader.ts'
import { CHUNK_HEADER_BYTES, END_FRAME } from './encoder.ts'

const TEXT = new TextEncoder().encode('SampleTextVersion-1')
const TEXT_ID = 'OpSWhpt12BRkuGX4z7bQPg=='

test('ChunkReader.push returns each chunk with the place of its payload, split at any point', () => {
  fc.assert(
    fc.property(chunkFrames(), sizesOf(700), fc.nat(2 ** 40), (frames, sizes, position) => {
      const bytes = concatBytes([encodeFrames(frames), END_FRAME])
      const reader = createChunkReader({ endFrame: 'required', position })

      const completed = cutAt(bytes, sizes).flatMap((part) => reader.push(part))
      reader.finish()

      assert.deepEqual(completed, placesOf(frames, position))
      assert.equal(reader.position, position + bytes.length)
      assert.equal(reader.ended, true)
    }),
    { numRuns: 500 },
  )
})

test('push returns a chunk with the bytes that complete it, not before', () => {
  const bytes = encodeFrames([chunkFrame(TEXT)])
  const reader = createChunkReader({ endFrame: 'forbidden' })

  const before = reader.push(bytes.subarray(0, -1))
  const after = reader.push(bytes.subarray(-1))

  assert.deepEqual(before, [])
  assert.deepEqual(after, [{ id: TEXT_ID, offset: CHUNK_HEADER_BYTES, length: TEXT.length }])
})

test('push finds every changed bit of a payload', () => {
  const frames = encodeFrames([chunkFrame(TEXT)])
  for (let bit = 0; bit < 8 * TEXT.length; bit++) {
    const damaged = frames.slice()
    const at = CHUNK_HEADER_BYTES + (bit >> 3)
    damaged[at] = (damaged[at] ?? 0) ^ (1 << (bit & 7))

    const read = () => createChunkReader({ endFrame: 'forbidden' }).push(damaged)

    assert.throws(read, { code: 'CHUNK_HASH_MISMATCH' })
  }
})

test('push says which ChunkId it expected, which came and where the payload begins', () => {
  const other = new TextEncoder().encode('SampleTextVersion-2')
  const frame: WholeFrame = { ...chunkFrame(TEXT), payload: other }
  const reader = createChunkReader({ endFrame: 'forbidden', position: 1000 })

  assert.throws(() => reader.push(encodeFrames([frame])), {
    name: 'FrameError',
    code: 'CHUNK_HASH_MISMATCH',
    position: 1032,
    message:
      `Expected a payload whose ChunkId is ${TEXT_ID}, ` +
      `got one whose ChunkId is ${chunkIdOf(other)}, at byte 1032`,
  })
})

test('finish accepts a session that ends between frames, or has no frame yet', () => {
  const empty = createChunkReader({ endFrame: 'forbidden' })
  const reader = createChunkReader({ endFrame: 'forbidden' })
  reader.push(encodeFrames([chunkFrame(TEXT)]))

  assert.doesNotThrow(() => empty.finish())
  assert.doesNotThrow(() => reader.finish())
})

test('createChunkReader goes on from a checkpoint at any byte', () => {
  fc.assert(
    fc.property(chunkFrames(), (frames) => {
      const bytes = encodeFrames(frames)
      const expected = placesOf(frames, 0)
      for (let cut = 0; cut <= bytes.length; cut++) {
        const reader = createChunkReader({ endFrame: 'forbidden' })
        const before = reader.push(bytes.subarray(0, cut))

        const checkpoint = reader.save()
        const restored = createChunkReader({ endFrame: 'forbidden', checkpoint, position: cut })
        const after = restored.push(bytes.subarray(cut))
        restored.finish()

        assert.equal(checkpoint.length, CHECKPOINT_BYTES)
        assert.deepEqual([...before, ...after], expected)
        assert.equal(restored.position, bytes.length)
      }
    }),
    { numRuns: 15 },
  )
})

test('ChunkReader.save returns the same checkpoint for the same bytes split at any point', () => {
  fc.assert(
    fc.property(chunkFrames(), sizesOf(300), fc.nat(1000), (frames, sizes, length) => {
      const bytes = encodeFrames(frames).subarray(0, length)
      const whole = createChunkReader({ endFrame: 'forbidden' })
      whole.push(bytes)
      const cut = createChunkReader({ endFrame: 'forbidden' })
      for (const part of cutAt(bytes, sizes)) cut.push(part)

      const checkpoints = [whole.save(), cut.save()]

      assert.deepEqual(checkpoints[0], checkpoints[1])
    }),
  )
})

test('createChunkReader refuses a checkpoint that it did not save, or not there', () => {
  const reader = createChunkReader({ endFrame: 'forbidden' })
  reader.push(encodeFrames([chunkFrame(TEXT)]).subarray(0, 40))
  const checkpoint = reader.save()
  const restore = (bytes: Uint8Array, position = 40) =>
    createChunkReader({ endFrame: 'forbidden', checkpoint: bytes, position })

  assert.throws(() => restore(checkpoint.subarray(1)), {
    name: 'RangeError',
    message: `Expected a checkpoint of ${CHECKPOINT_BYTES} bytes, got ${CHECKPOINT_BYTES - 1} bytes`,
  })
  assert.throws(() => restore(checkpoint.with(0, 7)), {
    name: 'RangeError',
    message: 'Expected a checkpoint of version 1, got 7',
  })
  assert.throws(() => restore(checkpoint, 41), {
    name: 'RangeError',
    message: 'Expected a checkpoint at byte 41, got one at 40',
  })
})

test('createChunkReader refuses a checkpoint whose halves do not belong together', () => {
  const bytes = encodeFrames([chunkFrame(TEXT)])
  const [shorter, longer] = [40, 41].map((length) => {
    const reader = createChunkReader({ endFrame: 'forbidden' })
    reader.push(bytes.subarray(0, length))
    return reader.save()
  }) as [Uint8Array, Uint8Array]
  const mixed = concatBytes([shorter.subarray(0, 72), longer.subarray(72)])

  assert.throws(() => createChunkReader({ endFrame: 'forbidden', checkpoint: mixed }), {
    name: 'RangeError',
    message: 'Expected a checkpoint with 8 bytes hashed, got one with 9',
  })
})

function placesOf(frames: readonly WholeFrame[], position: number): CompletedChunk[] {
  let offset = position
  return frames.map(({ payload }) => {
    offset += CHUNK_HEADER_BYTES + payload.length
    const length = payload.length
    return { id: chunkIdOf(payload), offset: offset - length, length }
  })
}
