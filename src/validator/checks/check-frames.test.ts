import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { END_FRAME, encodeFrameHeader, encodeMessage } from '../../protocol/frames/encoder.ts'
import { encodeGetChunkedFileResponse } from '../../protocol/messages.ts'
import { chunkIdOf } from '../../protocol/spooky/spooky.ts'
import type { FramesValidator } from '../cases/validator.ts'
import { checkAnswer } from './check-answer.ts'

const TEXT = utf8('SampleTextVersion-1')
const ID = chunkIdOf(TEXT)
const SIGNATURE = {
  streamId: 'MainContent',
  scheme: 'FullFile' as const,
  chunks: [{ id: ID, length: TEXT.length }],
}
const MESSAGE = encodeMessage(
  encodeGetChunkedFileResponse({
    contentProperties: [{ name: 'n', value: 'v', retention: 'KeepOnContentChange' }],
    signatures: [SIGNATURE],
  }),
)
const STREAM = {
  streamId: 'MainContent',
  expectedScheme: 'FullFile' as const,
  content: { existing: { text: '' }, expected: { text: 'SampleTextVersion-1' } },
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function chunk(bytes: Uint8Array, chunkId = chunkIdOf(bytes)): Uint8Array {
  const header = encodeFrameHeader({ type: 'Chunk', chunkId, payloadSize: bytes.length })
  return new Uint8Array([...header, ...bytes])
}

async function problemsOf(frames: Uint8Array[], validator: Partial<FramesValidator>) {
  const body = new Uint8Array(Buffer.concat(frames))
  const context = {
    state: new Map(),
    suite: { resources: new Map(), schemas: new Map() },
    now: () => 0,
    withinTime: <Result>(work: () => Result) => work(),
  }
  const checks = [{ check: 'frames' as const, ...validator }]
  const problems = await checkAnswer({ status: 200, headers: [], body }, checks, context)
  return problems.map(({ message }) => message).join()
}

describe('frames validators', () => {
  test('pass what is complete', async () => {
    const words = await problemsOf([MESSAGE, chunk(TEXT), END_FRAME], {
      expectedBlobs: 1,
      streams: [STREAM],
      properties: [{ name: 'n', expectedValue: 'v', expectedRetention: 'KeepOnContentChange' }],
      payloads: [{ bytes: TEXT }],
      json: [{ name: 'Signatures[0].StreamId', type: 'string', expected: 'MainContent' }],
    })

    assert.equal(words, '')
  })

  test('take chunks that the client has from there', async () => {
    const known = { ...STREAM, content: { ...STREAM.content, existing: { bytes: TEXT } } }

    assert.equal(await problemsOf([MESSAGE, END_FRAME], { streams: [known] }), '')
    assert.match(await problemsOf([MESSAGE, END_FRAME], { streams: [STREAM] }), /is missing/)
  })

  test('count a chunk once that comes twice', async () => {
    const frames = [MESSAGE, chunk(TEXT), chunk(TEXT), END_FRAME]

    assert.equal(await problemsOf(frames, { expectedBlobs: 1 }), '')
    assert.match(await problemsOf(frames, { expectedBlobs: 2 }), /got 1/)
  })

  test('refuse frames that are broken, without end, or in the wrong order', async () => {
    assert.match(await problemsOf([MESSAGE, chunk(TEXT)], {}), /EndFrame/)
    assert.match(await problemsOf([MESSAGE.subarray(0, 20)], {}), /cannot be read/)
    assert.match(await problemsOf([chunk(TEXT), END_FRAME], {}), /first frame/)
    assert.match(await problemsOf([MESSAGE, MESSAGE, END_FRAME], {}), /second MessageJSON/)
    assert.match(await problemsOf([], {}), /EndFrame/)
  })

  test('refuse a chunk whose bytes are not those of its id', async () => {
    assert.match(await problemsOf([MESSAGE, chunk(utf8('x'), ID), END_FRAME], {}), /is named/)
  })

  test('refuse other bytes, another scheme, and a stream that is not there', async () => {
    const frames = [MESSAGE, chunk(TEXT), END_FRAME]
    const stream = (other: object) => problemsOf(frames, { streams: [{ ...STREAM, ...other }] })
    const expecting = (text: string) =>
      stream({ content: { existing: { text: '' }, expected: { text } } })

    assert.match(await expecting('SampleTextVersion-2'), /from byte 18/)
    assert.match(await expecting('SampleTextVersion-1+'), /expected 20/)
    assert.match(await expecting('Sample'), /from byte 6/)
    assert.match(await stream({ expectedScheme: 'Zip' }), /FullFile, expected Zip/)
    assert.match(await stream({ streamId: 'Alternate' }), /no signature/)
  })

  test('compare content properties', async () => {
    const property = (check: object) =>
      problemsOf([MESSAGE, chunk(TEXT), END_FRAME], { properties: [{ name: 'n', ...check }] })

    assert.match(await property({ expectedValue: 'w' }), /expected "w"/)
    assert.match(await property({ expectedRetention: 'DeleteOnContentChange' }), /retention/)
    assert.match(await property({ returned: false }), /must not/)
    assert.match(await property({ name: 'gone' }), /missing/)
    assert.equal(await property({ name: 'gone', returned: false }), '')
  })
})
