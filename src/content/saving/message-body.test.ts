import assert from 'node:assert/strict'
import test from 'node:test'
import { concat, once, testBytes } from '../../../test/helpers/test-host.ts'
import { WopiError } from '../../protocol/errors.ts'
import { END_FRAME, encodeFrameHeader, encodeMessage } from '../../protocol/frames/encoder.ts'
import { MessageError } from '../../protocol/message-error.ts'
import { MESSAGE_JSON_MAX_BYTES } from '../../protocol/names.ts'
import { createMemoryBudget } from '../bytes/memory-budget.ts'
import { messageOrRefusal, openMessage, openOnlyMessage } from './message-body.ts'

const { signal } = new AbortController()
const JSON_BYTES = testBytes(50)

test('openMessage gives the message and leaves the frames behind it', async () => {
  const memory = createMemoryBudget(100)
  const rest = testBytes(20, 2)

  using message = await openMessage(once(concat([encodeMessage(JSON_BYTES), rest])), memory, signal)

  assert.deepEqual(message.json, JSON_BYTES)
  assert.deepEqual(await message.rest.take(100), rest)
})

test('openMessage refuses a message that is too large before it takes any memory', async () => {
  const memory = createMemoryBudget(10)
  await memory.take(10)
  const payloadSize = MESSAGE_JSON_MAX_BYTES + 1
  const header = encodeFrameHeader({ type: 'MessageJSON', payloadSize })

  await assert.rejects(openMessage(once(header), memory, signal), hasCode('TOO_LARGE'))
})

test('openMessage of a body that ends too early gives its memory back', async () => {
  const memory = createMemoryBudget(50)
  const body = encodeMessage(JSON_BYTES).subarray(0, 40)

  await assert.rejects(openMessage(once(body), memory, signal), hasCode('FRAMES_INVALID'))

  assert.ok(await memory.take(50, AbortSignal.timeout(1000)))
})

test('openMessage that is disposed gives its memory back', async () => {
  const memory = createMemoryBudget(50)
  {
    using _ = await openMessage(once(encodeMessage(JSON_BYTES)), memory, signal)
  }

  assert.ok(await memory.take(50, AbortSignal.timeout(1000)))
})

test('openMessage that waits for memory ends with its request', async () => {
  const memory = createMemoryBudget(50)
  await memory.take(50)
  const gone = new AbortController()
  const opening = openMessage(once(encodeMessage(JSON_BYTES)), memory, gone.signal)

  gone.abort(new Error('gone'))

  await assert.rejects(opening, /gone/)
})

test('openOnlyMessage wants an EndFrame and nothing else, and gives memory back without it', async () => {
  const memory = createMemoryBudget(50)
  const message = encodeMessage(JSON_BYTES)
  const chunk = encodeFrameHeader({
    type: 'Chunk',
    payloadSize: 0,
    chunkId: 'GQn1a/wGJyPHUei0Ze5yiw==',
  })

  for (const body of [message, concat([message, message]), concat([message, chunk, END_FRAME])])
    await assert.rejects(openOnlyMessage(once(body), memory, signal), hasCode('FRAMES_INVALID'))

  using opened = await openOnlyMessage(once(concat([message, END_FRAME])), memory, signal)
  assert.deepEqual(opened.json, JSON_BYTES)
})

test('messageOrRefusal turns the complaint of a parser into the client’s, and no other error', () => {
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

function hasCode(code: string) {
  return (error: unknown) => error instanceof WopiError && error.code === code
}
