import fc from 'fast-check'
import { chunkIdFromBytes } from '../../src/protocol/chunking/chunk-id.ts'
import type { FrameEvent } from '../../src/protocol/frames/decoder.ts'
import { encodeFrameHeader } from '../../src/protocol/frames/encoder.ts'
import type { Frame } from '../../src/protocol/frames/layout.ts'
import { chunkIdOf } from '../../src/protocol/spooky/spooky.ts'

/** A frame with all of its payload. */
export interface WholeFrame {
  frame: Frame
  payload: Uint8Array
}

/** Bytes from hexadecimal digits; white space between them is left out. */
export function bytesFromHex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits.replaceAll(/\s/g, ''), 'hex'))
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

export function encodeFrames(frames: readonly WholeFrame[]): Uint8Array {
  return concatBytes(frames.flatMap(({ frame, payload }) => [encodeFrameHeader(frame), payload]))
}

/** A Chunk frame with the ChunkId that its payload has. */
export function chunkFrame(payload: Uint8Array): WholeFrame {
  const chunkId = chunkIdOf(payload)
  return { frame: { type: 'Chunk', payloadSize: payload.length, chunkId }, payload }
}

/** Puts the pieces of every payload together again. */
export function joinEvents(events: Iterable<FrameEvent>): WholeFrame[] {
  const frames: WholeFrame[] = []
  let frame: Frame | undefined
  let pieces: Uint8Array[] = []
  for (const event of events) {
    if (event.kind === 'frame') {
      if (frame) throw new Error('A frame began before the one before it ended')
      frame = event.frame
      pieces = []
    } else if (!frame) {
      throw new Error(`${event.kind} came outside of a frame`)
    } else if (event.kind === 'payload') {
      pieces.push(event.bytes)
    } else {
      frames.push({ frame, payload: concatBytes(pieces) })
      frame = undefined
    }
  }
  return frames
}

/** Arbitrary frames of every type but EndFrame. */
export function wholeFrames(): fc.Arbitrary<WholeFrame[]> {
  return fc.array(fc.oneof(messages(), chunks(), ranges()), { maxLength: 8 })
}

/** Arbitrary Chunk frames whose ChunkIds are right. */
export function chunkFrames(): fc.Arbitrary<WholeFrame[]> {
  return fc.array(payloads().map(chunkFrame), { maxLength: 8 })
}

function payloads(): fc.Arbitrary<Uint8Array> {
  return fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.uint8Array({ maxLength: 500 }))
}

function messages(): fc.Arbitrary<WholeFrame> {
  return payloads().map((payload) => ({
    frame: { type: 'MessageJSON', payloadSize: payload.length },
    payload,
  }))
}

function chunkIds(): fc.Arbitrary<string> {
  return fc.uint8Array({ minLength: 16, maxLength: 16 }).map(chunkIdFromBytes)
}

function chunks(): fc.Arbitrary<WholeFrame> {
  return fc.tuple(payloads(), chunkIds()).map(([payload, chunkId]) => ({
    frame: { type: 'Chunk', payloadSize: payload.length, chunkId },
    payload,
  }))
}

function ranges(): fc.Arbitrary<WholeFrame> {
  const offsets = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 500 })
  return fc
    .tuple(payloads(), chunkIds(), offsets, fc.boolean())
    .map(([payload, chunkId, offset, endOfChunk]) => {
      const payloadSize = payload.length
      const length = payloadSize
      return {
        frame: { type: 'ChunkRange', payloadSize, chunkId, offset, length, endOfChunk },
        payload,
      }
    })
}
