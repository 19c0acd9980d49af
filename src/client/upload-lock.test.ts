import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { type ClientHost, openClientHost } from '../../test/helpers/client-host.ts'
import { createFaultyFetch } from '../../test/helpers/faulty-fetch.ts'
import { createUploadLock } from './upload-lock.ts'
import { createWopiClient } from './wopi-client.ts'

const MINUTE_MS = 60_000

let host: ClientHost

beforeEach(async () => {
  host = await openClientHost()
})

afterEach(() => host.close())

test('createUploadLock keeps the lock alive for as long as it is held', async () => {
  const { lock, client, clock } = await setUp()

  await lock.take()
  for (let round = 0; round < 4; round++) {
    host.advance(clock.pendingMs())
    await clock.tick()
  }

  assert.ok(host.now() - clock.startedAt >= 30 * MINUTE_MS)
  assert.equal(await client.getLock(), 'mine')
  lock.check()
  await lock.release()
})

test('createUploadLock takes a lock again that ran out while nobody refreshed it', async () => {
  const { lock, client, clock } = await setUp()
  await lock.take()

  host.advance(60 * MINUTE_MS)
  const between = await client.getLock()
  await clock.tick()

  assert.equal(between, '')
  assert.equal(await client.getLock(), 'mine')
  lock.check()
  await lock.release()
})

test('createUploadLock tells when somebody else has taken the file meanwhile', async () => {
  const { lock, client, clock } = await setUp()
  await lock.take()

  host.advance(60 * MINUTE_MS)
  await client.lock('theirs')
  await clock.tick()

  assert.throws(() => lock.check(), { code: 'LOCKED', lock: 'theirs' })
  assert.equal(await lock.release(), true)
  assert.equal(await client.getLock(), 'theirs')
})

test('release gives back a lock of an earlier run, and asks nothing when there was none', async () => {
  const earlier = await setUp({ mayBeHeld: true })
  const none = await setUp()
  await earlier.client.lock('mine')

  const released = [await earlier.lock.release(), await none.lock.release()]

  assert.deepEqual(released, [true, true])
  assert.equal(await earlier.client.getLock(), '')
  assert.deepEqual(none.calls, [])
})

test('release tells when the host did not answer', async () => {
  const { lock } = await setUp({ unlock: 'unsent' })
  await lock.take()

  assert.equal(await lock.release(), false)
})

test('release is content when the answer to its first try was lost', async () => {
  const { lock, client } = await setUp({ unlock: 'reply-lost' })
  await lock.take()

  assert.equal(await lock.release(), true)
  assert.equal(await client.getLock(), '')
})

async function setUp(options: { mayBeHeld?: boolean; unlock?: 'unsent' | 'reply-lost' } = {}) {
  const wopiSrc = await host.add(new Uint8Array(0))
  const clock = createClock()
  const network = createFaultyFetch(({ operation, nth }) => {
    if (operation !== 'UNLOCK') return undefined
    return nth === 1 || options.unlock === 'unsent' ? options.unlock : undefined
  })
  const client = createWopiClient({
    wopiSrc,
    accessToken: 'write',
    fetch: network.fetch,
    sleep: clock.sleep,
  })
  const lock = createUploadLock(client, 'mine', options.mayBeHeld ?? false)
  return { lock, client: createWopiClient({ wopiSrc, accessToken: 'write' }), clock, ...network }
}

/** Backoff takes no time; a longer wait ends when the test says so. */
function createClock() {
  let pending: { ms: number; end: () => void } | undefined
  let waiting = Promise.withResolvers<void>()

  return {
    startedAt: host.now(),
    pendingMs: () => pending?.ms ?? 0,
    /** Ends the wait, and resolves when what followed has come to the next one. */
    async tick() {
      const { end } = pending ?? assert.fail('nobody waits')
      waiting = Promise.withResolvers()
      end()
      await waiting.promise
    },
    sleep(ms: number, signal?: AbortSignal): Promise<void> {
      if (ms < MINUTE_MS) return Promise.resolve()
      return new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
        pending = { ms, end: resolve }
        waiting.resolve()
      })
    },
  }
}
