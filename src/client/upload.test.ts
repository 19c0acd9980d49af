import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { type ClientHost, openClientHost } from '../../test/helpers/client-host.ts'
import { createFaultyFetch, type Fault } from '../../test/helpers/faulty-fetch.ts'
import { noise } from '../../test/helpers/noise.ts'
import { docxOf, pptxOf, xlsxOf } from '../../test/helpers/office-documents.ts'
import { zipOf } from '../../test/helpers/zip-writer.ts'
import { downloadDocument } from './download.ts'
import { WopiClientError } from './errors.ts'
import { bytesSource } from './source.ts'
import { uploadDocument } from './upload.ts'
import type { UploadOptions } from './upload-options.ts'
import type { UploadState } from './upload-state.ts'
import { createWopiClient } from './wopi-client.ts'

const MINUTE_MS = 60_000
const FRAGMENT_BYTES = 20_000
const PICTURE = noise(60_000)
const BEFORE = docxOf(['One'], PICTURE)
const AFTER = docxOf(['One', 'Two'], PICTURE)

let host: ClientHost

beforeEach(async () => {
  host = await openClientHost()
})

afterEach(() => host.close())

test('uploadDocument brings every kind of document to the host byte for byte', async () => {
  const descriptors = zipOf({
    entries: [
      { name: 'a.xml', content: 'a'.repeat(500), deflate: true, descriptor: 'signed' },
      { name: 'b.bin', content: PICTURE, descriptor: 'bare' },
    ],
  })
  const documents = {
    word: AFTER,
    excel: xlsxOf([['a', 'b'], ['c']]),
    powerpoint: pptxOf(['One', 'Two']),
    descriptors,
    text: new TextEncoder().encode('no zip at all'),
    nothing: new Uint8Array(0),
  }
  for (const [kind, content] of Object.entries(documents)) {
    const wopiSrc = await host.add(BEFORE)

    const result = await upload(wopiSrc, content)

    assert.deepEqual(await contentOf(wopiSrc), content, kind)
    assert.equal(result.sequenceNumber, 2, kind)
    assert.equal(result.bytesTotal, content.length, kind)
    assert.equal(await lockOf(wopiSrc), '', kind)
  }
})

test('uploadDocument sends everything that a document without content lacks', async () => {
  const wopiSrc = await host.add(new Uint8Array(0))

  const result = await upload(wopiSrc, AFTER)

  assert.equal(result.bytesSent, AFTER.length)
  assert.equal(result.chunksSent, result.chunksTotal)
  assert.deepEqual(await contentOf(wopiSrc), AFTER)
})

test('uploadDocument sends only the chunks that changed', async () => {
  const wopiSrc = await host.add(BEFORE)

  const result = await upload(wopiSrc, AFTER)

  assert.ok(result.bytesSent < 2_000, `sent ${result.bytesSent} bytes`)
  assert.equal(result.chunksSent, 3)
  assert.deepEqual(await contentOf(wopiSrc), AFTER)
})

test('uploadDocument sends a chunk once that occurs several times', async () => {
  const twice = zipOf({
    entries: [
      { name: 'a.bin', content: PICTURE },
      { name: 'b.bin', content: PICTURE },
    ],
  })
  const wopiSrc = await host.add(new Uint8Array(0))

  const result = await upload(wopiSrc, twice)

  assert.equal(result.bytesSent, twice.length - PICTURE.length)
  assert.deepEqual(await contentOf(wopiSrc), twice)
})

test('uploadDocument sends the changed parts of a document that is no archive', async () => {
  const drawing = noise(2_000_000)
  const changed = inserted(drawing, 1_000_000, noise(5_000, 9))
  const wopiSrc = await host.add(new Uint8Array(0))
  await upload(wopiSrc, drawing)

  const told: unknown[] = []
  const result = await upload(wopiSrc, changed, {
    onProgress: ({ chunking }) => told.push(chunking),
  })

  assert.equal(result.chunking, 'content')
  assert.equal(told.at(-1), 'content')
  assert.ok(result.bytesSent < 300_000, `sent ${result.bytesSent} bytes`)
  assert.deepEqual(await contentOf(wopiSrc), changed)
})

test('uploadDocument sends a document as one chunk to a host that takes no other', async () => {
  const drawing = noise(500_000)
  const wopiSrc = await host.add(new Uint8Array(0))
  const network = createFaultyFetch(({ operation, nth }) =>
    operation === 'PUT_CHUNKED_FILE' && nth === 1 ? { status: 400 } : undefined,
  )

  const result = await upload(wopiSrc, drawing, { fetch: network.fetch })

  assert.deepEqual([result.chunking, result.chunksTotal], ['whole', 1])
  assert.equal(result.bytesSent, 2 * drawing.length)
  assert.deepEqual(await contentOf(wopiSrc), drawing)
})

test('uploadDocument chunks nothing by its content when told not to', async () => {
  const wopiSrc = await host.add(new Uint8Array(0))

  const result = await upload(wopiSrc, noise(500_000), { chunkByContent: false })

  assert.deepEqual([result.chunking, result.chunksTotal], ['whole', 1])
})

test('uploadDocument goes on with one chunk when the run before has learned that', async () => {
  const drawing = noise(500_000)
  const wopiSrc = await host.add(new Uint8Array(0))
  const kept = stateKeeper()
  const network = createFaultyFetch(({ operation, nth }) => {
    if (operation === 'PUT_CHUNKED_FILE' && nth === 1) return { status: 400 }
    return operation === 'PUT_CHUNKED_FILE' ? { status: 413 } : undefined
  })
  await assert.rejects(upload(wopiSrc, drawing, { ...kept.options(), fetch: network.fetch }), {
    code: 'TOO_LARGE',
  })

  const result = await upload(wopiSrc, drawing, kept.options())

  assert.deepEqual([result.chunking, result.resumed, result.bytesSent], ['whole', true, 0])
  assert.deepEqual(await contentOf(wopiSrc), drawing)
})

test('uploadDocument leaves compound files in one piece, which Office reads by chunks, too', async () => {
  const old = noise(500_000)
  old.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])
  const wopiSrc = await host.add(new Uint8Array(0))

  const result = await upload(wopiSrc, old)

  assert.deepEqual([result.chunking, result.chunksTotal], ['whole', 1])
})

test('uploadDocument saves nothing when the host has this content, unless told to', async () => {
  const wopiSrc = await host.add(AFTER)
  const network = createFaultyFetch(() => undefined)

  const idle = await upload(wopiSrc, AFTER, { fetch: network.fetch })
  const forced = await upload(wopiSrc, AFTER, { always: true })

  assert.deepEqual([idle.saved, idle.sequenceNumber, idle.bytesSent], [false, 1, 0])
  assert.deepEqual(network.calls, ['GET_CHUNKED_FILE'])
  assert.deepEqual([forced.saved, forced.sequenceNumber, forced.bytesSent], [true, 2, 0])
})

test('uploadDocument goes on where the session stands when the answer of an update is lost', async () => {
  const wopiSrc = await host.add(new Uint8Array(0))
  const network = createFaultyFetch(({ operation, nth }) =>
    operation === 'UPDATE_UPLOAD_SESSION' && nth === 2 ? 'reply-lost' : undefined,
  )

  const result = await upload(wopiSrc, AFTER, { fetch: network.fetch })

  assert.equal(result.bytesSent, AFTER.length)
  assert.deepEqual(await contentOf(wopiSrc), AFTER)
  assert.equal(network.calls.filter((name) => name === 'CREATE_UPLOAD_SESSION').length, 1)
})

test('uploadDocument saves once when the answer of the commit is lost', async () => {
  const wopiSrc = await host.add(BEFORE)
  const network = createFaultyFetch(({ operation, nth }) =>
    operation === 'PUT_CHUNKED_FILE' && nth === 1 ? 'reply-lost' : undefined,
  )

  const result = await upload(wopiSrc, AFTER, { fetch: network.fetch })

  assert.deepEqual([result.saved, result.sequenceNumber], [true, 2])
  assert.deepEqual(await contentOf(wopiSrc), AFTER)
})

test('uploadDocument survives any single fault of any request', async () => {
  const faults: Fault[] = [
    'unsent',
    'reply-lost',
    { status: 500 },
    { status: 503 },
    { breakAfter: 5 },
  ]
  for (const fault of faults) {
    for (let index = 1; index <= (await countRequests()); index++) {
      const wopiSrc = await host.add(BEFORE)
      const network = createFaultyFetch((call) => (call.index === index ? fault : undefined))

      const result = await upload(wopiSrc, big(), { fetch: network.fetch })

      const what = `${JSON.stringify(fault)} at ${index}: ${network.calls}`
      assert.equal(result.sequenceNumber, 2, what)
      assert.deepEqual(await contentOf(wopiSrc), big(), what)
      assert.equal(await lockOf(wopiSrc), '', what)
    }
  }
})

test('uploadDocument resumes after being killed between any two requests', async () => {
  for (const last of ['unsent', 'reply-lost'] as const) {
    for (let index = 1; index <= (await countRequests()); index++) {
      const wopiSrc = await host.add(BEFORE)
      const kept = stateKeeper()
      const dying = createFaultyFetch((call) => {
        if (call.index === index) return last
        return call.index > index ? 'unsent' : undefined
      })
      await upload(wopiSrc, big(), {
        ...kept.options(),
        fetch: dying.fetch,
        retry: { tries: 1 },
      }).catch((error) => assert.equal(error.code, 'NETWORK'))

      const result = await upload(wopiSrc, big(), kept.options())

      const what = `${last} at ${index}: ${dying.calls}`
      assert.equal(result.sequenceNumber, 2, what)
      assert.deepEqual(await contentOf(wopiSrc), big(), what)
      assert.equal(await lockOf(wopiSrc), '', what)
      assert.equal(kept.state(), undefined, what)
    }
  }
})

test('uploadDocument does not send again what an earlier run has sent', async () => {
  const wopiSrc = await host.add(new Uint8Array(0))
  const kept = stateKeeper()
  const dying = createFaultyFetch(({ operation, nth }) =>
    operation === 'UPDATE_UPLOAD_SESSION' && nth === 3 ? { status: 401 } : undefined,
  )
  await assert.rejects(upload(wopiSrc, AFTER, { ...kept.options(), fetch: dying.fetch }))

  const result = await upload(wopiSrc, AFTER, kept.options())

  assert.equal(result.resumed, true)
  assert.ok(result.bytesSent <= AFTER.length - 2 * FRAGMENT_BYTES + 1_000)
  assert.deepEqual(await contentOf(wopiSrc), AFTER)
})

test('uploadDocument starts anew when the document is another one than the earlier run sent', async () => {
  const wopiSrc = await host.add(new Uint8Array(0))
  const kept = stateKeeper()
  const dying = createFaultyFetch(({ operation }) =>
    operation === 'PUT_CHUNKED_FILE' || operation === 'UNLOCK' ? 'unsent' : undefined,
  )
  await assert.rejects(
    upload(wopiSrc, BEFORE, { ...kept.options(), fetch: dying.fetch, retry: { tries: 1 } }),
  )
  const lockOfTheDead = await lockOf(wopiSrc)

  const result = await upload(wopiSrc, AFTER, kept.options())

  assert.notEqual(lockOfTheDead, '')
  assert.equal(result.resumed, false)
  assert.deepEqual(await contentOf(wopiSrc), AFTER)
  assert.equal(await lockOf(wopiSrc), '')
})

test('uploadDocument appends to its session what another save made the host lose', async () => {
  const wopiSrc = await host.add(BEFORE)
  const network = createFaultyFetch(async ({ operation, nth }) => {
    if (operation === 'LOCK' && nth === 1) await upload(wopiSrc, noise(5_000))
    return undefined
  })

  const result = await upload(wopiSrc, AFTER, { fetch: network.fetch })

  assert.deepEqual([result.sequenceNumber, result.bytesSent], [3, AFTER.length])
  assert.deepEqual(await contentOf(wopiSrc), AFTER)
  assert.equal(network.calls.filter((name) => name === 'CREATE_UPLOAD_SESSION').length, 1)
  assert.equal(network.calls.filter((name) => name === 'PUT_CHUNKED_FILE').length, 2)
})

test('uploadDocument replaces no save of others when it may not', async () => {
  const wopiSrc = await host.add(BEFORE)
  const other = noise(5_000)
  const network = createFaultyFetch(async ({ operation, nth }) => {
    if (operation === 'LOCK' && nth === 1) await upload(wopiSrc, other)
    return undefined
  })

  const refused = upload(wopiSrc, AFTER, { fetch: network.fetch, conflictTries: 0 })

  await assert.rejects(refused, { code: 'SEQUENCE_MISMATCH', sequenceNumber: 2 })
  assert.deepEqual(await contentOf(wopiSrc), other)
  assert.equal(await lockOf(wopiSrc), '')
})

test('uploadDocument sends nothing while somebody else holds the lock', async () => {
  const wopiSrc = await host.add(BEFORE)
  const kept = stateKeeper()
  const network = createFaultyFetch(() => undefined)
  await createWopiClient({ wopiSrc, accessToken: 'write' }).lock('theirs')

  const refused = upload(wopiSrc, AFTER, { ...kept.options(), fetch: network.fetch })

  await assert.rejects(refused, { code: 'LOCKED', status: 409, lock: 'theirs' })
  assert.ok(!network.calls.includes('CREATE_UPLOAD_SESSION'))
  assert.equal(await lockOf(wopiSrc), 'theirs')
  assert.equal(kept.state(), undefined)
})

test('uploadDocument takes its lock anew when it has run out before the commit', async () => {
  const wopiSrc = await host.add(BEFORE)
  const network = createFaultyFetch(async ({ operation, nth }) => {
    if (operation === 'PUT_CHUNKED_FILE' && nth === 1) {
      await createWopiClient({ wopiSrc, accessToken: 'write' }).unlock('mine')
    }
    return undefined
  })

  const result = await upload(wopiSrc, AFTER, { fetch: network.fetch, newLockId: () => 'mine' })

  assert.equal(result.sequenceNumber, 2)
  assert.equal(network.calls.filter((name) => name === 'LOCK').length, 2)
  assert.equal(await lockOf(wopiSrc), '')
})

test('uploadDocument opens another session when its own has expired', async () => {
  for (const when of ['UPDATE_UPLOAD_SESSION', 'PUT_CHUNKED_FILE']) {
    const wopiSrc = await host.add(new Uint8Array(0))
    const nthThatExpires = when === 'PUT_CHUNKED_FILE' ? 1 : 3
    const network = createFaultyFetch(({ operation, nth }) => {
      if (operation === when && nth === nthThatExpires) host.advance(31 * MINUTE_MS)
      return undefined
    })

    const result = await upload(wopiSrc, AFTER, { fetch: network.fetch })

    assert.equal(result.sequenceNumber, 2, when)
    assert.deepEqual(await contentOf(wopiSrc), AFTER, when)
    assert.equal(network.calls.filter((name) => name === 'CREATE_UPLOAD_SESSION').length, 2, when)
  }
})

test('uploadDocument goes on when the server is restarted', async () => {
  const wopiSrc = await host.add(new Uint8Array(0))
  const network = createFaultyFetch(async ({ operation, nth }) => {
    if (operation === 'UPDATE_UPLOAD_SESSION' && nth === 2) await host.restart()
    return undefined
  })

  const result = await upload(wopiSrc, AFTER, { fetch: network.fetch })

  assert.equal(result.sequenceNumber, 2)
  assert.deepEqual(await contentOf(wopiSrc), AFTER)
})

test('uploadDocument gives up after the tries that it is allowed', async () => {
  const wopiSrc = await host.add(BEFORE)
  const delays: number[] = []
  const network = createFaultyFetch(() => 'unsent')

  const failed = upload(wopiSrc, AFTER, {
    fetch: network.fetch,
    retry: { tries: 4, firstDelayMs: 100, maxDelayMs: 300 },
    random: () => 0.5,
    onRetry: ({ delayMs }) => delays.push(delayMs),
  })

  await assert.rejects(failed, { code: 'NETWORK', operation: 'GetChunkedFile' })
  assert.deepEqual(delays, [75, 150, 225])
})

test('uploadDocument stops when it is aborted, releases its lock and can be resumed', async () => {
  const wopiSrc = await host.add(new Uint8Array(0))
  const kept = stateKeeper()
  const controller = new AbortController()
  const reason = new Error('enough')

  const stopped = upload(wopiSrc, AFTER, {
    ...kept.options(),
    signal: controller.signal,
    onProgress: ({ phase, done }) => {
      if (phase === 'sending' && done > 0) controller.abort(reason)
    },
  })

  await assert.rejects(stopped, reason)
  assert.equal(await lockOf(wopiSrc), '')
  assert.deepEqual(await contentOf(wopiSrc), new Uint8Array(0))
  const result = await upload(wopiSrc, AFTER, kept.options())
  assert.equal(result.resumed, true)
  assert.deepEqual(await contentOf(wopiSrc), AFTER)
})

test('uploadDocument tells how far it is', async () => {
  const wopiSrc = await host.add(new Uint8Array(0))
  const progress: string[] = []

  await upload(wopiSrc, AFTER, {
    onProgress: ({ phase, done, total }) => progress.push(`${phase} ${done}/${total}`),
  })

  const size = AFTER.length
  assert.equal(progress[0], `reading ${size}/${size}`)
  assert.equal(progress[1], `sending 0/${size}`)
  assert.equal(progress.at(-2), `sending ${size}/${size}`)
  assert.equal(progress.at(-1), `committing ${size}/${size}`)
})

test('uploadDocument reports a source that changes while it is sent', async () => {
  const wopiSrc = await host.add(new Uint8Array(0))
  const content = Uint8Array.from(AFTER)
  const network = createFaultyFetch(({ operation }) => {
    if (operation === 'CREATE_UPLOAD_SESSION') content.fill(0, 50_000)
    return undefined
  })

  const failed = upload(wopiSrc, content, { fetch: network.fetch })

  await assert.rejects(failed, { code: 'SOURCE_CHANGED', operation: 'UpdateUploadSession' })
  assert.deepEqual(await contentOf(wopiSrc), new Uint8Array(0))
})

test('uploadDocument refuses a token that is not good', async () => {
  const wopiSrc = await host.add(BEFORE)

  const unknown = upload(wopiSrc, AFTER, { accessToken: 'nonsense' })
  const readOnly = upload(wopiSrc, AFTER, { accessToken: 'read' })

  await assert.rejects(unknown, (error) => error instanceof WopiClientError && error.status === 401)
  await assert.rejects(readOnly, { code: 'NOT_FOUND', operation: 'Lock' })
})

function inserted(bytes: Uint8Array, offset: number, more: Uint8Array): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, offset), ...more, ...bytes.subarray(offset)])
}

/** Enough for some fragments, of which the host has a part. */
function big(): Uint8Array {
  return docxOf(['Three'], noise(3 * FRAGMENT_BYTES, 7))
}

async function countRequests(): Promise<number> {
  const network = createFaultyFetch(() => undefined)
  await upload(await host.add(BEFORE), big(), { fetch: network.fetch })
  return network.calls.length
}

function upload(wopiSrc: string, content: Uint8Array, options: Partial<UploadOptions> = {}) {
  return uploadDocument(bytesSource(content), {
    wopiSrc,
    accessToken: 'write',
    fragmentBytes: FRAGMENT_BYTES,
    sleep,
    ...options,
  })
}

/** Backoff takes no time; the refreshing of a lock never comes. */
function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (ms < MINUTE_MS) return Promise.resolve()
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason))
  })
}

function stateKeeper() {
  let json: string | undefined
  return {
    state: () => json,
    options: (): Pick<UploadOptions, 'state' | 'onState'> => ({
      state: json === undefined ? undefined : (JSON.parse(json) as UploadState),
      onState(state) {
        json = state && JSON.stringify(state)
      },
    }),
  }
}

async function contentOf(wopiSrc: string): Promise<Uint8Array> {
  let content = new Uint8Array(0)
  await downloadDocument(
    {
      start: (size) => {
        content = new Uint8Array(size)
      },
      write: (position, bytes) => content.set(bytes, position),
    },
    { wopiSrc, accessToken: 'read' },
  )
  return content
}

function lockOf(wopiSrc: string): Promise<string> {
  return createWopiClient({ wopiSrc, accessToken: 'write' }).getLock()
}
