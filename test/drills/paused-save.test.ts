import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DEFAULT_RETENTION } from '../../src/content/upkeep/retention.ts'
import { createSweeper } from '../../src/content/upkeep/sweep.ts'
import type { BlobStore } from '../../src/ports/blob-store.ts'
import {
  chunkFrames,
  concat,
  createTestHost,
  MINUTE,
  type TestHost,
  testBytes,
} from '../helpers/test-host.ts'
import {
  append,
  documentOf,
  openSession,
  putChunked,
  putMessage,
  signatureOf,
} from '../helpers/wopi-story.ts'

const { garbageDelayMs } = DEFAULT_RETENTION
/** Sooner than any lock or session ends, in ms. */
const REFRESH_MS = 20 * MINUTE
const OLD = testBytes(100, 1)
/** Two chunks: bytes that are declared as one are looked at before they are saved. */
const HALVES = [testBytes(100, 2), testBytes(100, 3)]
const NEW = concat(HALVES)

/** A host whose next save stops when its bytes are stored, before anything names them. */
async function hostThatPauses() {
  const stored = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  let armed = false
  const host = await createTestHost({
    content: OLD,
    wrapStores: (stores) => ({ ...stores, blobs: pausing(stores.blobs) }),
  })
  await host.lock('L')

  function pausing(blobs: BlobStore): BlobStore {
    return {
      ...blobs,
      async put(...request) {
        const result = await blobs.put(...request)
        if (!armed) return result
        armed = false
        stored.resolve()
        await goOn.promise
        return result
      },
    }
  }

  return {
    host,
    /**
     * Begins a save and finishes it when the sweeper has come twice, later than any delay. Whatever
     * may run out meanwhile is kept alive by `refresh`.
     */
    async throughSweeps<T>(save: () => Promise<T>, refresh: () => Promise<unknown>): Promise<T> {
      armed = true
      const saved = save()
      await stored.promise
      await sweep(host)
      for (let passed = 0; passed <= garbageDelayMs; passed += REFRESH_MS) {
        host.advance(REFRESH_MS)
        await refresh()
      }
      await sweep(host)
      goOn.resolve()
      return saved
    },
  }
}

async function sweep(host: TestHost): Promise<void> {
  const { key } = await documentOf(host)
  await host.content.metadata.requestSweep(key, 0)
  const options = { retention: DEFAULT_RETENTION, clock: () => 0 }
  await createSweeper(host.content, options).sweep({ budgetMs: 1 })
}

const refreshLock = (host: TestHost) => () =>
  host.send('REFRESH_LOCK', { headers: { 'X-WOPI-Lock': 'L' } })

describe('a save that is paused between its bytes and its commit', () => {
  test('PutFile that outlasts the garbage delay keeps its bytes or is refused', async () => {
    const { host, throughSweeps } = await hostThatPauses()

    const { status } = await throughSweeps(() => host.put(NEW, 'L'), refreshLock(host))

    const content = await host.get().catch(() => 'gone')
    assert.deepEqual(content, status === 200 ? NEW : OLD)
  })

  test('PutChunkedFile that outlasts the garbage delay keeps its bytes or is refused', async () => {
    const { host, throughSweeps } = await hostThatPauses()
    const body = putMessage([signatureOf(HALVES)], { inline: HALVES })

    const { status } = await throughSweeps(
      () => putChunked(host, body, { lock: 'L' }),
      refreshLock(host),
    )

    const content = await host.get().catch(() => 'gone')
    assert.deepEqual(content, status === 200 ? NEW : OLD)
  })

  test('a fragment that outlasts the garbage delay keeps its bytes or is refused', async () => {
    const { host, throughSweeps } = await hostThatPauses()
    const session = await openSession(host)
    const refresh = async () => {
      await append(host, session, 0, new Uint8Array(0))
      await refreshLock(host)()
    }

    const { status } = await throughSweeps(
      () => append(host, session, 0, chunkFrames(HALVES)),
      refresh,
    )
    const body = putMessage([signatureOf(HALVES)], { session })
    const committed = await putChunked(host, body, { lock: 'L' })

    assert.equal(committed.status === 200, status === 200)
    const content = await host.get().catch(() => 'gone')
    assert.deepEqual(content, status === 200 ? NEW : OLD)
  })
})
