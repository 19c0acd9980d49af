import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { cutAt, sizesOf } from '../../../test/helpers/cuts.ts'
import {
  chunkFrames,
  concat,
  createTestHost,
  once,
  putBody,
  testBytes,
} from '../../../test/helpers/test-host.ts'
import { append, assertRefused, documentOf, openSession } from '../../../test/helpers/wopi-story.ts'
import { WopiError } from '../../protocol/errors.ts'
import { END_FRAME } from '../../protocol/frames/encoder.ts'
import { chunkIdOf } from '../../protocol/spooky/spooky.ts'
import { runAtOnce } from '../../protocol/steps.ts'
import { UNCOUNTED } from '../bytes/share.ts'
import { CHUNKS_PER_UPLOAD_MAX, FRAGMENTS_PER_SESSION_MAX } from '../limits.ts'
import { readExtents } from '../packs/assemble.ts'
import { indexChunks } from '../state/chunk-index.ts'
import { buildChunkTable } from '../state/chunk-table.ts'
import { sessionSource } from './session-format.ts'
import { appendFragment, exactly, findOpenSession, hashToken } from './upload-session.ts'

test('sessionSource finds every chunk of a session whose fragments were split at any point', async () => {
  const chunks = [testBytes(100, 1), testBytes(300, 2), testBytes(1, 3)]
  const stream = chunkFrames(chunks)

  await fc.assert(
    fc.asyncProperty(sizesOf(150), async (sizes) => {
      const host = await createTestHost()
      const session = await openSession(host)
      let offset = 0
      for (const fragment of cutAt(stream, sizes)) {
        await append(host, session, offset, fragment)
        offset += fragment.length
      }

      const source = await sessionSource(host.content.metadata, hashToken(session), UNCOUNTED)

      const index = indexChunks([runAtOnce(buildChunkTable([source]))])
      for (const bytes of chunks) {
        const found = index.find(chunkIdOf(bytes))
        assert.equal(found?.length, bytes.length)
        const extents = found?.slice(0, bytes.length) ?? []
        assert.deepEqual(await readExtents(host.content.opener, extents), bytes)
      }
    }),
    { numRuns: 30 },
  )
})

test('findOpenSession finds a session by its token, for its own document only', async () => {
  const host = await createTestHost()
  const token = await openSession(host)
  const { key } = await documentOf(host)
  const { metadata } = host.content

  assert.equal((await findOpenSession(metadata, token, key)).session.received, 0)
  await assert.rejects(findOpenSession(metadata, token, 'another'), { code: 'SESSION_GONE' })
  await assert.rejects(findOpenSession(metadata, 'another', key), { code: 'SESSION_GONE' })
})

test('appendFragment refuses one fragment more than a session may have', async () => {
  const host = await createTestHost()
  const token = await openSession(host)
  const live = await findOpenSession(host.content.metadata, token, (await documentOf(host)).key)
  const full = { ...live, session: { ...live.session, fragmentCount: FRAGMENTS_PER_SESSION_MAX } }
  const body = chunkFrames([testBytes(3)])
  const fragment = { offset: 0, length: body.length, body: once(body) }

  await assert.rejects(
    appendFragment(host.content, full, fragment, {
      signal: new AbortController().signal,
      share: UNCOUNTED,
    }),
    (error) => error instanceof WopiError && error.code === 'TOO_LARGE',
  )
})

test('appendFragment refuses more chunks than one upload may have, over all fragments', async () => {
  const host = await createTestHost()
  const token = await openSession(host)
  const half = emptyChunks(CHUNKS_PER_UPLOAD_MAX / 2)
  await append(host, token, 0, half)
  await append(host, token, half.length, half)

  const refused = await append(host, token, 2 * half.length, emptyChunks(1))

  assertRefused(refused, 413)
  const live = await findOpenSession(host.content.metadata, token, (await documentOf(host)).key)
  assert.equal(live.session.received, 2 * half.length)
})

test('PutChunkedFile refuses more chunks in its body than one upload may have', async () => {
  const host = await createTestHost()
  const inline = emptyChunks(CHUNKS_PER_UPLOAD_MAX + 1)
  const empty = putBody([new Uint8Array(0)], { inline: [] })
  const message = empty.subarray(0, empty.length - END_FRAME.length)

  const refused = await host.send('PUT_CHUNKED_FILE', {
    contents: true,
    headers: { 'X-WOPI-SequenceNumber': '1' },
    body: concat([message, inline, END_FRAME]),
  })

  assertRefused(refused, 413)
})

test('appendFragment requests a sweep after a lost race', async () => {
  const host = await createTestHost()
  const session = await openSession(host)
  const body = chunkFrames([testBytes(3)])
  const { key } = await documentOf(host)

  const [one, two] = await Promise.all([
    append(host, session, 0, body),
    append(host, session, 0, body),
  ])

  assertRefused(one.status === 200 ? two : one, 400)
  const due = await host.content.metadata.listDue(10)
  assert.deepEqual(
    due.map(({ documentKey }) => documentKey),
    [key],
  )
})

test('exactly passes on a body of the expected length, and refuses a longer or shorter one', async () => {
  const pass = async (length: number) => {
    const parts: Uint8Array[] = []
    for await (const bytes of exactly(once(testBytes(5)), length)) parts.push(bytes)
    return concat(parts)
  }

  assert.deepEqual(await pass(5), testBytes(5))
  await assert.rejects(pass(4), { code: 'LENGTH_MISMATCH' })
  await assert.rejects(pass(6), { code: 'LENGTH_MISMATCH' })
})

/** Frames of empty chunks: the most chunks that fit into a request. */
function emptyChunks(count: number): Uint8Array {
  const frame = chunkFrames([new Uint8Array(0)])
  return new Uint8Array(Buffer.alloc(count * frame.length, frame))
}
