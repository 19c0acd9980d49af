import assert from 'node:assert/strict'
import test from 'node:test'
import { concat, once, testBytes } from '../../../test/helpers/test-host.ts'
import { WopiError } from '../../protocol/errors.ts'
import { END_FRAME, encodeFrameHeader, encodeMessage } from '../../protocol/frames/encoder.ts'
import { MessageError } from '../../protocol/message-error.ts'
import { MESSAGE_JSON_MAX_BYTES } from '../../protocol/names.ts'
import { createMemoryBudget, type MemoryBudget } from '../bytes/memory-budget.ts'
import { createShare, type Share } from '../bytes/share.ts'
import { systemTimers } from '../bytes/timers.ts'
import { messageOrRefusal, openMessage, openOnlyMessage } from './message-body.ts'

const JSON_BYTES = testBytes(50)

test('openMessage returns the message and leaves the frames after it', async () => {
  const memory = budgetOf(100)
  const rest = testBytes(20, 2)

  using message = await openMessage(
    once(concat([encodeMessage(JSON_BYTES), rest])),
    shareOf(memory),
  )

  assert.deepEqual(message.json, JSON_BYTES)
  assert.deepEqual(await message.rest.take(100), rest)
})

test('openMessage refuses a message that is too large before it takes any memory', async () => {
  const memory = budgetOf(10)
  await shareOf(memory).grow(10)
  const payloadSize = MESSAGE_JSON_MAX_BYTES + 1
  const header = encodeFrameHeader({ type: 'MessageJSON', payloadSize })

  await assert.rejects(openMessage(once(header), shareOf(memory)), hasCode('TOO_LARGE'))
})

test('openMessage returns its memory when the body ends too early', async () => {
  const memory = budgetOf(50)
  const body = encodeMessage(JSON_BYTES).subarray(0, 40)

  {
    using share = shareOf(memory)
    await assert.rejects(openMessage(once(body), share), hasCode('FRAMES_INVALID'))
  }

  assert.equal(memory.stats().usedBytes, 0)
})

test('openMessage returns its memory when disposed', async () => {
  const memory = budgetOf(50)
  {
    using _ = await openMessage(once(encodeMessage(JSON_BYTES)), shareOf(memory))
    assert.equal(memory.stats().usedBytes, 50)
  }

  assert.equal(memory.stats().usedBytes, 0)
})

test('openMessage stops waiting for memory when its request ends', async () => {
  const memory = budgetOf(50)
  await shareOf(memory).grow(50)
  const gone = new AbortController()
  using share = shareOf(memory, gone.signal)
  const opening = openMessage(once(encodeMessage(JSON_BYTES)), share)

  gone.abort(new Error('gone'))

  await assert.rejects(opening, /gone/)
})

test('openOnlyMessage accepts only an EndFrame after the message, and returns its memory otherwise', async () => {
  const memory = budgetOf(50)
  const message = encodeMessage(JSON_BYTES)
  const chunk = encodeFrameHeader({
    type: 'Chunk',
    payloadSize: 0,
    chunkId: 'GQn1a/wGJyPHUei0Ze5yiw==',
  })

  for (const body of [message, concat([message, message]), concat([message, chunk, END_FRAME])])
    await assert.rejects(openOnlyMessage(once(body), shareOf(memory)), hasCode('FRAMES_INVALID'))

  using opened = await openOnlyMessage(once(concat([message, END_FRAME])), shareOf(memory))
  assert.deepEqual(opened.json, JSON_BYTES)
})

test('messageOrRefusal turns the error of a parser into a WopiError, and passes other errors on', () => {
  const fail = (error: Error) => () => {
    throw error
  }

  assert.throws(
    () => messageOrRefusal(fail(new MessageError('Signatures', 'is missing'))),
    hasCode('MESSAGE_INVALID'),
  )
  assert.throws(() => messageOrRefusal(fail(new TypeError('bug'))), TypeError)
  assert.equal(
    messageOrRefusal(() => 7),
    7,
  )
})

test('openMessage holds little more memory than has arrived, however much is declared', async () => {
  const memory = budgetOf(MESSAGE_JSON_MAX_BYTES)
  const header = encodeFrameHeader({ type: 'MessageJSON', payloadSize: MESSAGE_JSON_MAX_BYTES })
  const came = 200 * 1024
  const { promise: stalled, resolve: leave } = Promise.withResolvers<void>()
  async function* slowly(): AsyncGenerator<Uint8Array> {
    yield concat([header, testBytes(came)])
    await stalled
  }
  using share = shareOf(memory)

  const opening = openMessage(slowly(), share)
  await new Promise(setImmediate)
  const held = memory.stats().usedBytes
  leave()

  await assert.rejects(opening, hasCode('FRAMES_INVALID'))
  assert.ok(held <= 2 * came, `${held} bytes were held`)
})

test('openMessage reads the same message from any pieces', async () => {
  const json = testBytes(700_000)
  const body = encodeMessage(json)
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < body.length; at += 10_007) yield body.subarray(at, at + 10_007)
  }

  using message = await openMessage(pieces(), shareOf(budgetOf(MESSAGE_JSON_MAX_BYTES)))

  assert.deepEqual(message.json, json)
})

function budgetOf(totalBytes: number): MemoryBudget {
  const times = { waitMs: 1000, stallMs: 1000, timers: systemTimers }
  return createMemoryBudget({ totalBytes, freeBytes: 0, ...times })
}

function shareOf(memory: MemoryBudget, signal?: AbortSignal): Share {
  return createShare(
    memory.open({ userId: 'alice', documentKey: 'd', operation: 'GetChunks' }),
    signal,
  )
}

function hasCode(code: string) {
  return (error: unknown) => error instanceof WopiError && error.code === code
}
