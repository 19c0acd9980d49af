import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesFromHex } from '../../../test/helpers/frames.ts'
import {
  CHUNK_HEADER_BYTES,
  CHUNK_RANGE_HEADER_BYTES,
  END_FRAME,
  encodeFrameHeader,
  encodeMessage,
} from './encoder.ts'

const ID = 'OpSWhpt12BRkuGX4z7bQPg=='
const RAW_ID = '3a9496869b75d81464b865f8cfb6d03e'
const RANGE = { type: 'ChunkRange', chunkId: ID, endOfChunk: false } as const

test('encodeFrameHeader writes what precedes the payload of a Chunk', () => {
  const header = encodeFrameHeader({ type: 'Chunk', payloadSize: 2 ** 32 + 19, chunkId: ID })

  assert.deepEqual(header, bytesFromHex(`00000003 00000010 0000000100000013 ${RAW_ID}`))
  assert.equal(header.length, CHUNK_HEADER_BYTES)
})

test('encodeFrameHeader writes what precedes the payload of a ChunkRange', () => {
  const header = encodeFrameHeader({
    ...RANGE,
    payloadSize: 9,
    offset: 2 ** 40 + 10,
    length: 9,
    endOfChunk: true,
  })

  const expected = `00000004 00000024 0000000000000009 ${RAW_ID}
    000001000000000a 0000000000000009 00000001`
  assert.deepEqual(header, bytesFromHex(expected))
  assert.equal(header.length, CHUNK_RANGE_HEADER_BYTES)
})

test('encodeMessage writes header and payload of a MessageJSON', () => {
  const frame = encodeMessage(new TextEncoder().encode('{}'))

  assert.deepEqual(frame, bytesFromHex('00000002 00000000 0000000000000002 7b7d'))
})

test('END_FRAME is a whole header', () => {
  assert.deepEqual(END_FRAME, bytesFromHex('00000001 00000000 0000000000000000'))
})

test('encodeFrameHeader refuses what no decoder would accept', () => {
  const size = { type: 'Chunk', chunkId: ID } as const
  const max = Number.MAX_SAFE_INTEGER

  const calls = [
    () => encodeFrameHeader({ ...size, payloadSize: -1 }),
    () => encodeFrameHeader({ ...size, payloadSize: 0.5 }),
    () => encodeFrameHeader({ ...size, payloadSize: 2 ** 53 }),
    () => encodeFrameHeader({ ...size, payloadSize: 1, chunkId: 'not a ChunkId' }),
    () => encodeFrameHeader({ ...RANGE, payloadSize: 1, length: 2, offset: 0 }),
    () => encodeFrameHeader({ ...RANGE, payloadSize: 1, length: 1, offset: -1 }),
    () => encodeFrameHeader({ ...RANGE, payloadSize: 1, length: 1, offset: max }),
  ]

  for (const call of calls) assert.throws(call, RangeError)
})
