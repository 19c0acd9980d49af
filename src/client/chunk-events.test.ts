import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { END_FRAME, encodeFrameHeader, encodeMessage } from '../protocol/frames/encoder.ts'
import { chunkIdOf } from '../protocol/spooky/spooky.ts'
import { type ChunkEvent, createOpenChunk, readFramedReply } from './chunk-events.ts'

const MESSAGE = new TextEncoder().encode('{}')
const CHUNK = new TextEncoder().encode('one chunk of a document')
const ID = chunkIdOf(CHUNK)
const OTHER = new TextEncoder().encode('another one')

test('readFramedReply gives message and verified chunks under every cut', async () => {
  const body = bytesOf(encodeMessage(MESSAGE), chunkFrame(CHUNK), chunkFrame(OTHER), END_FRAME)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: body.length }), async (pieceBytes) => {
      const reply = await readFramedReply('Op', cut(body, pieceBytes), 'Chunk', createOpenChunk())
      const events = await collect(reply.chunks)

      assert.deepEqual(reply.message, MESSAGE)
      assert.deepEqual(contentOf(events), bytesOf(CHUNK, OTHER))
      assert.deepEqual(verified(events), [ID, chunkIdOf(OTHER)])
    }),
  )
})

test('readFramedReply verifies a chunk whose ranges come in two replies', async () => {
  const open = createOpenChunk()
  const start = bytesOf(encodeMessage(MESSAGE), chunkFrame(CHUNK)).subarray(0, -3)
  const rest = bytesOf(
    encodeMessage(MESSAGE),
    rangeFrame(CHUNK.length - 3, CHUNK.length),
    END_FRAME,
  )

  const first = await readFramedReply('Op', cut(start, 7), 'Chunk', open)
  await assert.rejects(collect(first.chunks), { code: 'NETWORK' })
  const second = await readFramedReply('Op', cut(rest, 7), 'ChunkRange', open)
  const events = await collect(second.chunks)

  assert.deepEqual(verified(events), [ID])
})

test('readFramedReply does not verify a chunk of which a part is missing', async () => {
  const gap = bytesOf(
    encodeMessage(MESSAGE),
    rangeFrame(0, 3),
    rangeFrame(4, CHUNK.length),
    END_FRAME,
  )

  const reply = await readFramedReply('Op', cut(gap, 100), 'ChunkRange', createOpenChunk())
  const events = await collect(reply.chunks)

  assert.equal(contentOf(events).length, CHUNK.length - 1)
  assert.deepEqual(verified(events), [])
})

test('readFramedReply refuses what is no reply of frames', async () => {
  const damaged = chunkFrame(CHUNK)
  damaged[damaged.length - 1] = 0
  const replies: [string, Uint8Array<ArrayBuffer>, string][] = [
    ['no message', bytesOf(chunkFrame(CHUNK), END_FRAME), 'BAD_REPLY'],
    ['a web page', new TextEncoder().encode('<!doctype html><title>Sign in</title>'), 'BAD_REPLY'],
    [
      'two messages',
      bytesOf(encodeMessage(MESSAGE), encodeMessage(MESSAGE), END_FRAME),
      'BAD_REPLY',
    ],
    ['damage', bytesOf(encodeMessage(MESSAGE), damaged, END_FRAME), 'BAD_REPLY'],
    ['a range', bytesOf(encodeMessage(MESSAGE), rangeFrame(0, 3), END_FRAME), 'BAD_REPLY'],
    ['no EndFrame', bytesOf(encodeMessage(MESSAGE), chunkFrame(CHUNK)), 'NETWORK'],
    ['nothing', new Uint8Array(0), 'NETWORK'],
  ]
  for (const [what, body, code] of replies) {
    const read = async () => {
      const reply = await readFramedReply('Op', cut(body, 20), 'Chunk', createOpenChunk())
      await collect(reply.chunks)
    }

    await assert.rejects(read(), { code, operation: 'Op' }, what)
  }
})

test('readFramedReply closes the body when the reply is closed or cannot be used', async () => {
  let closed = 0
  async function* body(bytes: Uint8Array<ArrayBuffer>) {
    try {
      yield bytes
      yield bytes
    } finally {
      closed += 1
    }
  }

  const reply = await readFramedReply(
    'Op',
    body(encodeMessage(MESSAGE)),
    'Chunk',
    createOpenChunk(),
  )
  await reply.close()
  await readFramedReply('Op', body(END_FRAME), 'Chunk', createOpenChunk()).catch(() => {})

  assert.equal(closed, 2)
})

function chunkFrame(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const chunkId = chunkIdOf(bytes)
  return bytesOf(encodeFrameHeader({ type: 'Chunk', payloadSize: bytes.length, chunkId }), bytes)
}

function rangeFrame(start: number, end: number): Uint8Array<ArrayBuffer> {
  const length = end - start
  const header = encodeFrameHeader({
    type: 'ChunkRange',
    payloadSize: length,
    chunkId: ID,
    offset: start,
    length,
    endOfChunk: end === CHUNK.length,
  })
  return bytesOf(header, CHUNK.subarray(start, end))
}

function bytesOf(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

async function* cut(
  bytes: Uint8Array<ArrayBuffer>,
  pieceBytes: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.slice(at, at + pieceBytes)
}

async function collect(events: AsyncIterable<ChunkEvent>): Promise<ChunkEvent[]> {
  const collected: ChunkEvent[] = []
  for await (const event of events) {
    collected.push(event.kind === 'bytes' ? { ...event, bytes: event.bytes.slice() } : event)
  }
  return collected
}

function contentOf(events: ChunkEvent[]): Uint8Array {
  return bytesOf(...events.flatMap((event) => (event.kind === 'bytes' ? [event.bytes] : [])))
}

function verified(events: ChunkEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'verified' ? [event.id] : []))
}
