import assert from 'node:assert/strict'
import test from 'node:test'
import {
  chunkFrames,
  createTestHost,
  MINUTE,
  once,
  type TestHost,
  testBytes,
} from '../../../test/helpers/test-host.ts'
import { mortalStores, ProcessDied } from '../../../test/helpers/watched-stores.ts'
import {
  append,
  assertRefused,
  documentOf,
  openSession,
  putChunked,
  putMessage,
  signatureOf,
} from '../../../test/helpers/wopi-story.ts'
import { newId } from '../bytes/new-id.ts'
import { createOpener } from '../packs/opener.ts'
import { packPrefix, writePack } from '../packs/pack-writer.ts'
import { DEFAULT_RETENTION, type Retention } from './retention.ts'
import { createSweeper, type SweepReport } from './sweep.ts'
import { verifyStore } from './verify.ts'

const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const OLD = testBytes(100, 1)
const NEW = testBytes(200, 2)
/** Former states are pruned at once, so that their packs are garbage. */
const NO_HISTORY = { historyStates: 1 }

test('sweep condemns a pack that nothing names, and deletes it 24 hours later', async () => {
  const host = await createTestHost({ content: OLD })
  const orphan = await storeOrphan(host)
  await requestSweep(host)

  const first = await sweep(host)
  host.advance(DAY - 1)
  const early = await sweep(host)
  const before = await packs(host)
  host.advance(1)
  const second = await sweep(host)

  assert.deepEqual([first.packsCondemned, first.packsDeleted], [1, 0])
  assert.equal(early.packsDeleted, 0)
  assert.ok(before.includes(orphan))
  assert.equal(second.packsDeleted, 1)
  assert.equal((await packs(host)).length, 1)
  assert.deepEqual(await host.get(), OLD)
})

test('sweep deletes the packs of states that history no longer keeps', async () => {
  const host = await createTestHost({ content: OLD })
  await host.lock('L')
  await host.put(NEW, 'L')
  await requestSweep(host)

  const first = await sweep(host, NO_HISTORY)
  host.advance(DAY)
  const second = await sweep(host, NO_HISTORY)

  assert.deepEqual([first.statesPruned, first.packsCondemned], [1, 1])
  assert.equal(second.packsDeleted, 1)
  assert.deepEqual(await host.get(), NEW)
})

test('sweep keeps as many former states as history has room for, and their packs', async () => {
  const host = await createTestHost({ content: OLD })
  await host.lock('L')
  for (let i = 0; i < 25; i++) await host.put(testBytes(50, i), 'L')
  await requestSweep(host)

  const report = await sweep(host)

  const { key } = await documentOf(host)
  assert.equal(report.statesPruned, 6)
  assert.equal((await host.content.metadata.listManifests(key)).length, 20)
  assert.equal(report.packsCondemned, 6)
})

test('sweep drops former states that are older than 30 days, never the current one', async () => {
  const host = await createTestHost({ content: OLD })
  await host.lock('L')
  await host.put(NEW, 'L')
  host.advance(30 * DAY + 1)
  await requestSweep(host)

  const report = await sweep(host)

  assert.equal(report.statesPruned, 1)
  assert.deepEqual(await host.get(), NEW)
})

test('sweep keeps the packs of a live session', async () => {
  const { host, session } = await hostWithSession()
  await requestSweep(host)

  const report = await sweep(host)

  assert.equal(report.packsCondemned, 0)
  assert.equal((await commit(host, session)).status, 200)
  assert.deepEqual(await host.get(), NEW)
})

test('sweep removes a session exactly one hour after its expiry, and a day later its bytes', async () => {
  const { host } = await hostWithSession()
  host.advance(30 * MINUTE + HOUR - 1)
  const early = await sweep(host)
  host.advance(1)

  const late = await sweep(host)
  host.advance(DAY)
  const last = await sweep(host)

  assert.deepEqual([early.sessionsRemoved, late.sessionsRemoved], [0, 1])
  assert.deepEqual([late.packsCondemned, last.packsDeleted], [1, 1])
  assert.equal((await host.content.metadata.listSessions({ limit: 9 })).sessions.length, 0)
})

test('sweep removes the fragments of a committed session and keeps its packs, which the file names', async () => {
  const { host, session } = await hostWithSession()
  await commit(host, session)

  await sweepFor(host, [0, DAY, DAY])

  assert.deepEqual(await host.get(), NEW)
})

test('what a lost race has stored is removed at once, and forgotten by the next sweep', async () => {
  const host = await createTestHost()
  const session = await openSession(host)
  const fragment = chunkFrames([NEW])
  await Promise.all([append(host, session, 0, fragment), append(host, session, 0, fragment)])
  const left = (await packs(host)).length
  await putChunked(host, putMessage([signatureOf([NEW])], { session }))

  await sweep(host)

  const { key } = await documentOf(host)
  const { condemned } = await host.content.metadata.readReferences(key)
  assert.deepEqual([left, condemned], [1, []])
  assert.equal((await packs(host)).length, 1)
  assert.deepEqual(await host.get(), NEW)
})

test('sweep finds orphaned packs of any document by its rotating listing', async () => {
  const host = await createTestHost({ content: OLD })
  await storeOrphan(host)
  const neverAdded = newId()
  await writePack(host.content, neverAdded, once(NEW))
  const sweeper = sweeperOf(host)

  const all = Array.from({ length: 256 }, () => 0)
  for (const _ of all) await sweeper.sweep({ budgetMs: 1e9 })
  host.advance(DAY)
  for (const _ of all) await sweeper.sweep({ budgetMs: 1e9 })

  assert.equal((await packs(host)).length, 1)
  assert.deepEqual(await listed(host, packPrefix(neverAdded)), [])
  assert.deepEqual(await host.get(), OLD)
})

test('sweep deletes an orphan where the listing found it', async () => {
  const host = await createTestHost({ content: OLD })
  const orphan = await storeOrphan(host)
  await requestSweep(host)
  const { blobs } = host.content
  const deleted: unknown[] = []
  async function* list(prefix: string) {
    for await (const blob of blobs.list(prefix)) yield { ...blob, locator: 'shelf 7' }
  }
  const shelved: typeof blobs = {
    ...blobs,
    list,
    async delete(key, options) {
      deleted.push([key, options?.locator])
      await blobs.delete(key)
    },
  }
  const sweeper = createSweeper(
    { ...host.content, blobs: shelved },
    { retention: DEFAULT_RETENTION, clock: () => 0 },
  )

  await sweeper.sweep({ budgetMs: 1e9 })
  host.advance(DAY)
  await sweeper.sweep({ budgetMs: 1e9 })

  assert.deepEqual(deleted, [[orphan, 'shelf 7']])
})

test('sweep pardons a condemned pack that is named before it is doomed', async () => {
  const host = await createTestHost({ content: OLD })
  await host.lock('L')
  let condemned = 0
  async function* slowly() {
    yield NEW.subarray(0, 50)
    yield NEW.subarray(50)
  }
  const { blobs } = host.content
  host.content.blobs = {
    ...blobs,
    async put(key, content, options) {
      const stored = await blobs.put(key, content, options)
      await requestSweep(host)
      condemned = (await sweep(host)).packsCondemned
      return stored
    },
  }

  const headers = { 'X-WOPI-Lock': 'L' }
  const reply = await host.send('PUT', { contents: true, body: slowly(), headers })
  host.content.blobs = blobs
  await sweepFor(host, [DAY, DAY], NO_HISTORY)

  assert.equal(condemned, 1)
  assert.equal(reply.status, 200)
  assert.deepEqual(await host.get(), NEW)
})

test('sweep dooms a pack so that a save that names it fails and leaves the file unchanged', async () => {
  const host = await createTestHost({ content: OLD })
  await host.lock('L')
  const { blobs } = host.content
  host.content.blobs = {
    ...blobs,
    async put(key, content, choices) {
      const stored = await blobs.put(key, content, choices)
      await sweepFor(host, [0, DAY]).catch(() => {})
      await host.lock('L')
      return stored
    },
    async delete() {
      throw new Error('Killed between the doom and its execution')
    },
  }

  const reply = await host.put(NEW, 'L')

  assertRefused(reply, 500)
  assert.deepEqual(await host.get(), OLD)
})

test('sweep condemns nothing based on what it read before a concurrent save', async () => {
  const host = await createTestHost({ content: OLD })
  await host.lock('L')
  await requestSweep(host)
  const { metadata } = host.content
  const overtaken = {
    ...host.content,
    metadata: {
      ...metadata,
      async readReferences(documentKey: string) {
        const references = await metadata.readReferences(documentKey)
        await host.put(NEW, 'L')
        return references
      },
    },
  }
  await storeOrphan(host)

  const report = await createSweeper(overtaken, options()).sweep({ budgetMs: 1e9 })

  assert.equal(report.packsCondemned, 0)
})

for (const actsBeforeDying of [false, true])
  test(`sweep killed ${actsBeforeDying ? 'after' : 'before'} any call deletes nothing live`, async () => {
    for (let lastCall = 0, finished = false; !finished; lastCall++) {
      const { host, session } = await ripeHost()
      const mortal = mortalStores(host.content, lastCall, { actsBeforeDying })

      const opener = createOpener(mortal.stores.blobs)
      await createSweeper({ ...mortal.stores, opener, newId }, options(NO_HISTORY))
        .sweep({ budgetMs: 1e9 })
        .catch((error) => assert.ok(isDeath(error), String(error)))
      finished = mortal.calls <= lastCall

      assert.deepEqual(await host.get(), OLD)
      assert.deepEqual((await verifyStore(host.content)).damage, [])
      await sweepFor(host, [0, 20 * MINUTE], NO_HISTORY)
      assert.equal((await commit(host, session)).status, 200)
      assert.deepEqual(await host.get(), NEW)
      await sweepFor(host, [0, DAY, DAY], NO_HISTORY)
      assert.equal((await packs(host)).length, 1, `garbage is left after call ${lastCall}`)
      assert.ok(lastCall < 200)
    }
  })

test('sweep processes due documents when listing blobs fails, and lists other blobs next time', async () => {
  const host = await createTestHost({ content: OLD })
  const listed: string[] = []
  const { blobs, metadata } = host.content
  const unlistable = {
    ...blobs,
    list(prefix: string) {
      if (prefix.length > 3) return blobs.list(prefix)
      listed.push(prefix)
      throw new Error('EIO')
    },
  }
  await metadata.requestSweep((await documentOf(host)).key, 0)
  const sweeper = createSweeper(
    { ...host.content, blobs: unlistable },
    { ...options(), random: () => 0 },
  )

  await assert.rejects(sweeper.sweep({ budgetMs: 1e9 }), /could not list its blobs: Error: EIO/)
  await assert.rejects(sweeper.sweep({ budgetMs: 1e9 }), /could not list its blobs/)

  assert.deepEqual(await metadata.listDue(9), [])
  assert.deepEqual(listed, ['00/', '01/'])
})

test('sweep goes on with other documents when one fails, and reports it at the end', async () => {
  const host = await createTestHost({ content: OLD })
  await storeOrphan(host)
  await host.content.metadata.requestSweep('damaged', 0)
  host.advance(1)
  await requestSweep(host)
  const { blobs } = host.content
  host.content.blobs = {
    ...blobs,
    list(prefix, choices) {
      if (prefix === packPrefix('damaged')) throw new Error('cannot be listed')
      return blobs.list(prefix, choices)
    },
  }

  await assert.rejects(sweep(host), /cannot be listed/)

  const { condemned } = await host.content.metadata.readReferences((await documentOf(host)).key)
  assert.equal(condemned.length, 1)
  assert.deepEqual(
    (await host.content.metadata.listDue(9)).map(({ documentKey }) => documentKey),
    ['damaged'],
  )
})

test('sweep stops when its budget is spent, and reports that there is more', async () => {
  const host = await createTestHost({ content: OLD })
  await storeOrphan(host)
  await requestSweep(host)
  let time = 0
  const sweeper = createSweeper(host.content, { ...options(), clock: () => time++ })

  const report = await sweeper.sweep({ budgetMs: 2 })

  assert.equal(report.more, true)
  assert.equal(report.packsCondemned, 0)
  assert.equal((await sweep(host)).packsCondemned, 1)
})

test('sweep stops when it is aborted', async () => {
  const host = await createTestHost({ content: OLD })
  await requestSweep(host)

  const report = await sweeperOf(host).sweep({ budgetMs: 1e9, signal: AbortSignal.abort() })

  assert.equal(report.documentsSwept, 0)
})

test('sweep by several nodes at once deletes garbage once and nothing else', async () => {
  const { host, session } = await ripeHost()

  await Promise.all([1, 2, 3].map(() => sweep(host, NO_HISTORY)))

  assert.deepEqual(await host.get(), OLD)
  assert.equal((await commit(host, session)).status, 200)
})

/**
 * A document with a live session, garbage that is ready to delete, and garbage that is not
 * condemned yet.
 */
async function ripeHost(): Promise<{ host: TestHost; session: string }> {
  const host = await createTestHost()
  await host.lock('L')
  await host.put(testBytes(9, 9), 'L')
  await host.put(OLD, 'L')
  await storeOrphan(host)
  const expired = await openSession(host)
  await append(host, expired, 0, chunkFrames([testBytes(8)]))
  await sweep(host, NO_HISTORY)
  host.advance(DAY)
  await storeOrphan(host)
  const session = await openSession(host)
  await append(host, session, 0, chunkFrames([NEW]))
  await host.lock('L')
  return { host, session }
}

async function hostWithSession(): Promise<{ host: TestHost; session: string }> {
  const host = await createTestHost({ content: OLD })
  const session = await openSession(host)
  await append(host, session, 0, chunkFrames([NEW]))
  return { host, session }
}

async function commit(host: TestHost, session: string) {
  await host.lock('L')
  return putChunked(host, putMessage([signatureOf([NEW])], { session }), { lock: 'L' })
}

/** A pack that nothing names: its process died, or it lost a race. */
async function storeOrphan(host: TestHost): Promise<string> {
  const { key } = await documentOf(host)
  const { pack } = await writePack(host.content, key, once(testBytes(70, 7)))
  return pack.key
}

async function requestSweep(host: TestHost): Promise<void> {
  await host.content.metadata.requestSweep((await documentOf(host)).key, 0)
}

function options(retention: Partial<Retention> = {}) {
  return { retention: { ...DEFAULT_RETENTION, ...retention }, clock: () => 0 }
}

function sweeperOf(host: TestHost, retention: Partial<Retention> = {}) {
  return createSweeper(host.content, options(retention))
}

function sweep(host: TestHost, retention: Partial<Retention> = {}): Promise<SweepReport> {
  return sweeperOf(host, retention).sweep({ budgetMs: 1e9 })
}

/** Sweeps once after each of these delays, with the document due each time. */
async function sweepFor(
  host: TestHost,
  delays: readonly number[],
  retention: Partial<Retention> = {},
): Promise<void> {
  for (const delay of delays) {
    host.advance(delay)
    await requestSweep(host)
    await sweep(host, retention)
  }
}

async function packs(host: TestHost): Promise<string[]> {
  return listed(host, packPrefix((await documentOf(host)).key))
}

async function listed(host: TestHost, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of host.content.blobs.list(prefix)) keys.push(key)
  return keys
}

function isDeath(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isDeath)
  return error instanceof ProcessDied || (error instanceof Error && isDeath(error.cause))
}
