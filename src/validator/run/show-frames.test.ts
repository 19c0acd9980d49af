import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { END_FRAME, encodeFrameHeader, encodeMessage } from '../../protocol/frames/encoder.ts'
import { chunkIdOf } from '../../protocol/spooky/spooky.ts'
import { SHOWN_FRAMES_MAX } from '../limits.ts'
import { framesText } from './show-frames.ts'

const MESSAGE = encodeMessage(new TextEncoder().encode('{"Signatures":[]}'))
const PAYLOAD = new TextEncoder().encode('chunk')
const CHUNK_ID = chunkIdOf(PAYLOAD)
const CHUNK = Buffer.concat([
  encodeFrameHeader({ type: 'Chunk', chunkId: CHUNK_ID, payloadSize: PAYLOAD.length }),
  PAYLOAD,
])

describe('framesText', () => {
  test('tells every frame, then the message', () => {
    const body = Buffer.concat([MESSAGE, CHUNK, END_FRAME])

    assert.equal(
      framesText(body),
      `(${body.length} bytes) MessageJSON: 17 bytes\nChunk ${CHUNK_ID}: 5 bytes\nEndFrame\n\n{"Signatures":[]}`,
    )
  })

  test('tells where frames end to be frames', () => {
    const text = framesText(Buffer.concat([MESSAGE, new Uint8Array(16)])) ?? ''

    assert.match(text, /^\(\d+ bytes\) MessageJSON: 17 bytes\nthen: .+\n\n\{"Signatures":\[\]\}$/)
  })

  test('counts what would be too much to tell', () => {
    const body = Buffer.concat([MESSAGE, ...Array(SHOWN_FRAMES_MAX).fill(CHUNK), END_FRAME])

    assert.match(framesText(body) ?? '', /\nand 2 more frames\n/)
  })

  test('has nothing to say of other bytes', () => {
    assert.equal(framesText(new Uint8Array([1, 2, 3])), undefined)
    assert.equal(framesText(new Uint8Array(64)), undefined)
  })
})
