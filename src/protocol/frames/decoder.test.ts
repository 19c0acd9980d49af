import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cutAt, sizesOf } from '../../../test/helpers/cuts.ts'
import {
  bytesFromHex,
  concatBytes,
  encodeFrames,
  joinEvents,
  wholeFrames,
} from '../../../test/helpers/frames.ts'
import { createFrameDecoder, FrameError } from './decoder.ts'
import { DECODER_STATE_BYTES } from './decoder-state.ts'
import { END_FRAME } from './encoder.ts'

const ID = 'OpSWhpt12BRkuGX4z7bQPg=='
const RAW_ID = '3a9496869b75d81464b865f8cfb6d03e'
const TEN_GIB = 10 * 2 ** 30

test('push decodes a body of every type of frame, byte for byte as encode-send-data has it', () => {
  const body = bytesFromHex(`
    00000002 00000000 0000000000000002                                             7b7d
    00000003 00000010 0000000000000003 ${RAW_ID}                                   53616d
    00000004 00000024 0000000000000002 ${RAW_ID} 0000000000000004 0000000000000002 00000000 6c65
    00000004 00000024 0000000000000001 ${RAW_ID} 0000000000000012 0000000000000001 00000001 31
    00000001 00000000 0000000000000000`)

  const events = createFrameDecoder().push(body)

  assert.deepEqual(events, [
    { kind: 'frame', frame: { type: 'MessageJSON', payloadSize: 2 } },
    { kind: 'payload', bytes: bytesFromHex('7b7d') },
    { kind: 'end' },
    { kind: 'frame', frame: { type: 'Chunk', payloadSize: 3, chunkId: ID } },
    { kind: 'payload', bytes: bytesFromHex('53616d') },
    { kind: 'end' },
    { kind: 'frame', frame: rangeFrame({ offset: 4, length: 2, endOfChunk: false }) },
    { kind: 'payload', bytes: bytesFromHex('6c65') },
    { kind: 'end' },
    { kind: 'frame', frame: rangeFrame({ offset: 18, length: 1, endOfChunk: true }) },
    { kind: 'payload', bytes: bytesFromHex('31') },
    { kind: 'end' },
    { kind: 'frame', frame: { type: 'EndFrame', payloadSize: 0 } },
    { kind: 'end' },
  ])
})

test('push gives a frame without payload its frame and end', () => {
  const empty = bytesFromHex('00000003 00000010 0000000000000000 1909f56bfc062723c751e8b465ee728b')

  const events = createFrameDecoder().push(empty)

  const frame = { type: 'Chunk', payloadSize: 0, chunkId: 'GQn1a/wGJyPHUei0Ze5yiw==' }
  assert.deepEqual(events, [{ kind: 'frame', frame }, { kind: 'end' }])
})

test('FrameDecoder.push decodes what was encoded, split at any point', () => {
  fc.assert(
    fc.property(wholeFrames(), sizesOf(60), (frames, sizes) => {
      const bytes = encodeFrames(frames)
      const decoder = createFrameDecoder()

      const events = cutAt(bytes, sizes).flatMap((part) => decoder.push(part))
      decoder.finish()

      assert.deepEqual(joinEvents(events), frames)
      assert.equal(decoder.position, bytes.length)
    }),
    { numRuns: 500 },
  )
})

test('push gives slices of the bytes that it was given, never empty ones', () => {
  fc.assert(
    fc.property(wholeFrames(), sizesOf(60), (frames, sizes) => {
      const bytes = encodeFrames(frames)
      const decoder = createFrameDecoder()

      const events = cutAt(bytes, sizes).flatMap((part) => decoder.push(part))

      const payloads = events.flatMap((event) => (event.kind === 'payload' ? [event.bytes] : []))
      assert.ok(payloads.every((slice) => slice.buffer === bytes.buffer && slice.length > 0))
    }),
  )
})

test('push passes ten gigabytes of one chunk through without keeping them', () => {
  const decoder = createFrameDecoder()
  const part = new Uint8Array(1 << 20)
  const header = bytesFromHex(`00000003 00000010 0000000280000000 ${RAW_ID}`)

  const [first] = decoder.push(header)
  let ends = 0
  for (let sent = 0; sent < TEN_GIB; sent += part.length) {
    for (const event of decoder.push(part)) if (event.kind === 'end') ends++
  }
  decoder.finish()

  const frame = { type: 'Chunk', payloadSize: TEN_GIB, chunkId: ID }
  assert.deepEqual(first, { kind: 'frame', frame })
  assert.equal(ends, 1)
  assert.equal(decoder.position, header.length + TEN_GIB)
})

test('push ignores what follows the EndFrame, in the same bytes or in later ones', () => {
  const decoder = createFrameDecoder()

  const events = decoder.push(concatBytes([END_FRAME, new Uint8Array(40)]))
  const later = decoder.push(new Uint8Array(40))
  decoder.finish()

  assert.equal(events.length, 2)
  assert.deepEqual(later, [])
  assert.equal(decoder.ended, true)
  assert.equal(decoder.position, END_FRAME.length)
})

test('push refuses damaged frames with one FrameError, the same however they are cut', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 })
  fc.assert(
    fc.property(wholeFrames(), damage, sizesOf(60), (frames, changes, sizes) => {
      const bytes = concatBytes([encodeFrames(frames), END_FRAME])
      for (const [at, value] of changes) bytes[at % bytes.length] = value

      const whole = refusalOf([bytes])
      const cut = refusalOf(cutAt(bytes, sizes))

      assert.deepEqual(cut, whole)
    }),
    { numRuns: 1000 },
  )
})

test('push says what it expected, what came and where', () => {
  const refusals: [hex: string, message: string][] = [
    ['00000000 00000000 0000000000000000', 'Expected a frame type from 1 to 4, got 0, at byte 100'],
    [
      '00000002 00000000 0000000000000000',
      'Expected Chunk or EndFrame, got MessageJSON, at byte 100',
    ],
    [
      '00000003 00000011 0000000000000000',
      'Expected an extended header of 16 bytes for Chunk, got 17 bytes, at byte 104',
    ],
    [
      '00000001 00000000 0000000000000005',
      'Expected an EndFrame without payload, got 5 bytes, at byte 108',
    ],
    [
      '00000003 00000010 0020000000000000',
      'Expected a payload below 2^53 bytes, got 9007199254740992 bytes, at byte 108',
    ],
  ]

  const messages = refusals.map(([hex]) => {
    const decoder = createFrameDecoder({ allow: ['Chunk', 'EndFrame'], position: 100 })
    return messageOf(() => decoder.push(bytesFromHex(hex)))
  })

  assert.deepEqual(
    messages,
    refusals.map(([, message]) => message),
  )
})

test('push says the same of a range', () => {
  const refusals: [fields: string, message: string][] = [
    [
      '0000000000000000 0000000000000003 00000000',
      'Expected a range of 2 bytes, as long as the payload, got 3 bytes, at byte 40',
    ],
    [
      '001fffffffffffff 0000000000000002 00000000',
      'Expected a range below 2^53 bytes, got offset 9007199254740991, at byte 32',
    ],
    ['0000000000000000 0000000000000002 00000003', 'Expected flags 0 or 1, got 3, at byte 48'],
  ]

  const messages = refusals.map(([fields]) => {
    const range = bytesFromHex(`00000004 00000024 0000000000000002 ${RAW_ID} ${fields}`)
    return messageOf(() => createFrameDecoder().push(range))
  })

  assert.deepEqual(
    messages,
    refusals.map(([, message]) => message),
  )
})

test('push, save and finish repeat the error after one was thrown', () => {
  const decoder = createFrameDecoder()
  assert.throws(() => decoder.push(new Uint8Array(16)), { code: 'FRAME_TYPE_UNKNOWN' })

  for (const call of [
    () => decoder.push(END_FRAME),
    () => decoder.save(),
    () => decoder.finish(),
  ]) {
    assert.throws(call, { code: 'FRAME_TYPE_UNKNOWN' })
  }
})

test('finish tells how much of a frame came', () => {
  const message = bytesFromHex('00000002 00000000 0000000000000002 7b7d')

  const messages = [6, 17].map((length) => {
    const decoder = createFrameDecoder()
    decoder.push(message.subarray(0, length))
    return messageOf(() => decoder.finish())
  })

  assert.deepEqual(messages, [
    'Expected a frame header of 16 bytes, got 6 and the end of the stream, at byte 6',
    'Expected a MessageJSON payload of 2 bytes, got 1 and the end of the stream, at byte 17',
  ])
})

test('createFrameDecoder goes on from a state saved at any byte', () => {
  fc.assert(
    fc.property(wholeFrames(), fc.boolean(), (frames, ended) => {
      const bytes = concatBytes([encodeFrames(frames), ...(ended ? [END_FRAME] : [])])
      const whole = joinEvents(createFrameDecoder().push(bytes))
      for (let cut = 0; cut <= bytes.length; cut++) {
        const decoder = createFrameDecoder()
        const before = decoder.push(bytes.subarray(0, cut))

        const state = decoder.save()
        const restored = createFrameDecoder({ state })
        const savedAgain = restored.save()
        const after = restored.push(bytes.subarray(cut))
        restored.finish()

        assert.equal(state.length, DECODER_STATE_BYTES)
        assert.deepEqual(savedAgain, state)
        assert.deepEqual(joinEvents([...before, ...after]), whole)
        assert.equal(restored.position, bytes.length)
        assert.equal(restored.ended, ended)
      }
    }),
    { numRuns: 20 },
  )
})

test('createFrameDecoder refuses a state that it did not save', () => {
  const state = createFrameDecoder().save()
  const inChunk = createFrameDecoder()
  inChunk.push(bytesFromHex(`00000003 00000010 0000000000000003 ${RAW_ID}`))

  assert.throws(() => createFrameDecoder({ state: state.subarray(1) }), {
    name: 'RangeError',
    message: 'Expected a decoder state of 71 bytes, got 70 bytes',
  })
  assert.throws(() => createFrameDecoder({ state: state.with(0, 9) }), {
    name: 'RangeError',
    message: 'Expected a decoder state of version 1, got 9',
  })
  // Bytes missing from a payload, but no frame that they belong to.
  assert.throws(() => createFrameDecoder({ state: state.with(18, 1) }), {
    name: 'RangeError',
    message: 'Expected a decoder state, got bytes that no decoder has saved',
  })
  assert.throws(() => createFrameDecoder({ state: inChunk.save(), allow: ['MessageJSON'] }), {
    name: 'RangeError',
    message: 'The decoder state holds a header that cannot stand there',
  })
})

test('createFrameDecoder throws nothing but RangeError for a state that was damaged', () => {
  const damage = fc.array(fc.tuple(fc.nat(DECODER_STATE_BYTES - 1), fc.nat(255)), { minLength: 1 })
  fc.assert(
    fc.property(wholeFrames(), fc.nat(600), damage, (frames, cut, changes) => {
      const decoder = createFrameDecoder()
      decoder.push(encodeFrames(frames).subarray(0, cut))
      const state = decoder.save()
      for (const [at, value] of changes) state[at] = value

      const restored = orRangeError(() => createFrameDecoder({ state }))

      // What passes for a state is one: it can be saved again.
      if (restored) assert.equal(restored.save().length, DECODER_STATE_BYTES)
    }),
    { numRuns: 1000 },
  )
})

function rangeFrame(range: { offset: number; length: number; endOfChunk: boolean }) {
  return { type: 'ChunkRange', payloadSize: range.length, chunkId: ID, ...range }
}

function messageOf(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    if (error instanceof Error) return error.message
  }
  return 'nothing was thrown'
}

/** Code and place of what a decoder finds wrong, if it does. */
function refusalOf(parts: readonly Uint8Array[]) {
  const decoder = createFrameDecoder()
  try {
    for (const part of parts) decoder.push(part)
    decoder.finish()
    return { ended: decoder.ended }
  } catch (error) {
    assert.ok(error instanceof FrameError, String(error))
    return { code: error.code, position: error.position }
  }
}

function orRangeError<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch (error) {
    assert.ok(error instanceof RangeError, String(error))
    return undefined
  }
}

test('push refuses a header as soon as its first bytes can begin no frame', () => {
  const endFrame = new Uint8Array([0, 0, 0, 1])
  const wrongSize = new Uint8Array([0, 0, 0, 3, 0, 0, 0, 15])
  const enough = new Uint8Array([0, 0, 0, 3, 0, 0, 0, 16])

  assert.throws(() => createFrameDecoder({ allow: ['Chunk'] }).push(endFrame), {
    code: 'FRAME_NOT_ALLOWED',
  })
  assert.throws(() => createFrameDecoder({ allow: ['Chunk'] }).push(wrongSize), {
    code: 'EXTENDED_HEADER_SIZE_WRONG',
  })
  assert.deepEqual(createFrameDecoder({ allow: ['Chunk'] }).push(enough), [])
})
