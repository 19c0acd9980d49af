import assert from 'node:assert/strict'
import test from 'node:test'
import { type Application, createApplication, readAll } from '../../../test/helpers/application.ts'
import {
  createTestHost,
  MINUTE,
  type TestHost,
  testBytes,
} from '../../../test/helpers/test-host.ts'
import { putChunked, putMessage, signatureOf } from '../../../test/helpers/wopi-story.ts'
import { createDocuments } from '../../host/documents.ts'
import { createConflicts } from './conflicts.ts'
import { createPatience } from './deadlines.ts'
import { createDeliveries, type Deliveries } from './deliveries.ts'

const STATES = [1, 2, 3, 4].map((seed) => testBytes(100 * seed, seed))
const [FIRST, SECOND] = STATES as [Uint8Array, Uint8Array]

test('every save is delivered once, in order, each based on the one before', async () => {
  const { host, application, deliveries } = await lockedHost()
  deliveries.start()

  for (const state of STATES) await host.put(state, 'L')
  await deliveries.settled()

  assert.deepEqual(
    application.saves.map(({ version, baseRevision, revision, bytes, userId, size }) => {
      return [version, baseRevision, revision, bytes, userId, size]
    }),
    STATES.map((state, i) => [i + 2, `r${i + 1}`, `r${i + 2}`, state, 'alice', state.length]),
  )
  assert.equal(new Set(application.saves.map(({ saveId }) => saveId)).size, STATES.length)
  assert.equal(application.open, 0)
  await deliveries.close()
})

test('a save is delivered with what its client has said of it', async () => {
  const { host, application, deliveries } = await lockedHost()
  const causes: unknown[] = []
  application.beforeSave = async ({ cause }) => {
    causes.push(cause)
  }
  deliveries.start()
  const put = (said: Record<string, string>) =>
    host.send('PUT', { contents: true, body: FIRST, headers: { 'X-WOPI-Lock': 'L', ...said } })

  await put({ 'X-LOOL-WOPI-IsAutosave': 'true', 'X-WOPI-Editors': 'alice,bob' })
  await put({ 'X-COOL-WOPI-IsExitSave': 'true', 'X-COOL-WOPI-IsModifiedByUser': 'false' })
  await put({})
  await deliveries.settled()

  assert.deepEqual(causes, [
    { isAutosave: true, editors: ['alice', 'bob'] },
    { isExitSave: true, isModifiedByUser: false },
    undefined,
  ])
  await deliveries.close()
})

test('saves from before the start are delivered after it', async () => {
  const { host, application, deliveries } = await lockedHost()
  await host.put(FIRST, 'L')
  await host.put(SECOND, 'L')

  deliveries.start()
  await deliveries.settled()

  assert.deepEqual(application.read('doc'), SECOND)
  assert.equal(application.saves.length, 2)
  await deliveries.close()
})

test('a save that changes nothing of the main content is a save', async () => {
  const { host, application, deliveries } = await lockedHost()
  deliveries.start()
  await host.put(FIRST, 'L')

  const alternate = signatureOf([SECOND], { streamId: 'Alternate' })
  await putChunked(host, putMessage([alternate], { inline: [SECOND] }), { lock: 'L' })
  await deliveries.settled()

  assert.deepEqual(
    application.saves.map(({ bytes }) => bytes),
    [FIRST, FIRST],
  )
  await deliveries.close()
})

test('onSaved may read parts, as often as it wants', async () => {
  const { host, application, deliveries } = await lockedHost()
  const parts: Uint8Array[] = []
  application.beforeSave = async ({ open }) => {
    for (const range of [{ start: 10, end: 20 }, undefined, { start: 0, end: 0 }])
      parts.push(await readAll(await open(range)))
    await assert.rejects(open({ start: 0, end: 101 }), RangeError)
  }
  deliveries.start()
  await host.put(FIRST, 'L')
  await deliveries.settled()

  assert.deepEqual(parts, [FIRST.subarray(10, 20), FIRST, new Uint8Array(0)])
  await deliveries.close()
})

test('a save that fails is tried again with a growing delay, and later ones wait for it', async () => {
  const { host, application, deliveries } = await lockedHost()
  const attempts: number[] = []
  application.beforeSave = ({ version }) => {
    attempts.push(version)
    if (attempts.length < 4) throw new Error('the bucket is away')
  }
  deliveries.start()
  await host.put(FIRST, 'L')
  await host.put(SECOND, 'L')
  await quiet(host)

  const delays: number[] = []
  while (application.saves.length < 2) {
    const [delay = 0] = host.alarms.pending()
    delays.push(delay)
    host.advance(delay)
    host.alarms.ring()
    await quiet(host)
  }

  assert.deepEqual(attempts, [2, 2, 2, 2, 3])
  assert.deepEqual(delays, [1000, 2000, 4000])
  assert.equal(host.logged.filter(({ level }) => level === 'warn').length, 3)
  await deliveries.close()
})

test('the delay grows to five minutes and no further', async () => {
  const { host, application, deliveries } = await lockedHost()
  application.beforeSave = () => {
    throw new Error('never')
  }
  await host.put(FIRST, 'L')
  deliveries.start()
  await quiet(host)

  for (let i = 0; i < 60; i++) {
    host.advance(MINUTE)
    host.alarms.ring()
    await quiet(host)
  }

  const delays = host.logged.map(({ fields }) => fields.delayMs).filter(Boolean)
  assert.equal(Math.max(...(delays as number[])), 5 * MINUTE)
  assert.equal(delays.at(-1), 5 * MINUTE)
  await deliveries.close()
})

test('a document that cannot be delivered does not hold up the others', async () => {
  const { host, application, deliveries } = await lockedHost()
  application.write('other', FIRST)
  const stuck = Promise.withResolvers<void>()
  application.beforeSave = ({ fileId }) => (fileId === 'doc' ? stuck.promise : undefined)
  deliveries.start()
  await host.put(FIRST, 'L')
  const headers = { 'X-WOPI-Override': 'LOCK', 'X-WOPI-Lock': 'M' }
  await host.request('/wopi/files/other', { method: 'POST', headers })
  await host.request('/wopi/files/other/contents', {
    method: 'POST',
    headers: { ...headers, 'X-WOPI-Override': 'PUT' },
    body: SECOND,
  })

  await until(() => application.saves.length === 1)

  assert.equal(application.saves[0]?.fileId, 'other')
  stuck.resolve()
  await deliveries.settled()
  assert.equal(application.saves.length, 2)
  await deliveries.close()
})

test('an application that never answers is given up after ten minutes, and asked again', async () => {
  const { host, application, deliveries } = await lockedHost()
  application.beforeSave = () => new Promise(() => {})
  deliveries.start()
  await host.put(FIRST, 'L')
  await until(() => application.deliveries === 1)

  application.beforeSave = () => {}
  host.advance(10 * MINUTE)
  host.alarms.ring()
  await until(() => host.logged.some(({ message }) => /could not be delivered/.test(message)))
  await quiet(host)
  host.advance(MINUTE)
  host.alarms.ring()
  await deliveries.settled()

  assert.equal(application.deliveries, 2)
  assert.equal(application.saves.length, 1)
  await deliveries.close()
})

test('a save whose answer was lost comes again under its own name', async () => {
  const { host, application, deliveries } = await lockedHost()
  const dying = new Error('killed')
  const { settleDelivery } = host.content.metadata
  host.content.metadata.settleDelivery = () => Promise.reject(dying)
  deliveries.start()
  await host.put(FIRST, 'L')
  await until(() => application.saves.length === 1)
  await deliveries.close()
  host.content.metadata.settleDelivery = settleDelivery

  const next = startAnew(host, application)
  host.advance(MINUTE)
  next.start()
  await next.settled()

  assert.equal(application.deliveries, 2)
  assert.equal(application.saves.length, 1)
  assert.deepEqual(await revisionOf(host), { revision: 'r2', sequenceNumber: 2 })
  await next.close()
})

test('a save that one process is at is left alone by the others, however long it takes', async () => {
  const { host, application, deliveries } = await lockedHost()
  const slow = Promise.withResolvers<void>()
  application.beforeSave = () => slow.promise
  const other = startAnew(host, application)
  deliveries.start()
  await host.put(FIRST, 'L')
  await until(() => application.deliveries === 1)

  other.start()
  for (let second = 0; second < 60; second++) {
    host.advance(1000)
    host.alarms.ring()
    await quiet(host)
  }

  assert.equal(application.deliveries, 1)
  slow.resolve()
  await deliveries.settled()
  await other.settled()
  assert.equal(application.deliveries, 1)
  await Promise.all([deliveries.close(), other.close()])
})

test('a process that another one has overtaken is told, and leaves the save to it', async () => {
  const { host, application, deliveries } = await lockedHost()
  const { onSaved } = application.source
  const signals: AbortSignal[] = []
  application.source.onSaved = (save, options) => {
    signals.push(options.signal)
    return signals.length === 1 ? new Promise(() => {}) : onSaved(save, options)
  }
  deliveries.start()
  await host.put(FIRST, 'L')
  await until(() => signals.length === 1)
  const other = startAnew(host, application)

  host.advance(MINUTE)
  other.start()
  await other.settled()
  host.alarms.ring()
  await quiet(host)

  assert.equal(signals[0]?.aborted, true)
  assert.match(String(signals[0]?.reason), /Another process/)
  assert.deepEqual([signals.length, application.saves.length], [2, 1])
  await Promise.all([deliveries.close(), other.close()])
})

test('settled looks every second for what another process delivers', async () => {
  const { host, application, deliveries } = await lockedHost()
  await host.put(FIRST, 'L')
  const [waiting] = (await host.content.metadata.listDeliveries(1)).deliveries
  assert.ok(waiting)
  await host.content.metadata.takeDelivery(waiting, 30 * MINUTE)
  deliveries.start()
  await quiet(host)
  const settled = deliveries.settled()
  await until(() => host.alarms.pending()[0] === 1000)

  await host.content.metadata.settleDelivery(waiting.documentKey, 2, 'theirs')
  host.advance(1000)
  host.alarms.ring()

  await settled
  assert.equal(application.deliveries, 0)
  await deliveries.close()
})

test('a save that a process has died over is delivered by another one', async () => {
  const { host, application } = await lockedHost()
  await host.put(FIRST, 'L')
  const [waiting] = (await host.content.metadata.listDeliveries(1)).deliveries
  assert.ok(waiting)
  await host.content.metadata.takeDelivery(waiting, MINUTE)
  const other = startAnew(host, application)
  other.start()
  await quiet(host)
  assert.equal(application.deliveries, 0)

  host.advance(MINUTE)
  host.alarms.ring()
  await other.settled()

  assert.equal(application.saves.length, 1)
  await other.close()
})

test('a store that can note nothing is asked again when the alarm rings, not at once', async () => {
  const { host, application, deliveries } = await lockedHost()
  const { metadata } = host.content
  const { takeDelivery } = metadata
  let asked = 0
  metadata.takeDelivery = () => {
    asked++
    return Promise.reject(new Error('the disk is full'))
  }
  deliveries.start()
  await host.put(FIRST, 'L')
  await quiet(host)

  assert.ok(asked <= 2, `it was asked ${asked} times`)
  assert.equal(application.deliveries, 0)
  metadata.takeDelivery = takeDelivery
  host.advance(MINUTE)
  host.alarms.ring()
  await deliveries.settled()
  assert.equal(application.saves.length, 1)
  await deliveries.close()
})

test('an answer without a revision is a failure', async () => {
  const { host, application, deliveries } = await lockedHost()
  application.source.onSaved = async () => ({}) as { revision: string }
  deliveries.start()
  await host.put(FIRST, 'L')
  await quiet(host)

  assert.match(String(host.logged[0]?.fields.err), /TypeError: DocumentSource\.onSaved must give/)
  assert.deepEqual(await revisionOf(host), { revision: 'r1', sequenceNumber: 1 })
  await deliveries.close()
})

test('a store that fails for a moment stops no delivery', async () => {
  const { host, application, deliveries } = await lockedHost()
  const { listDeliveries } = host.content.metadata
  host.content.metadata.listDeliveries = () => Promise.reject(new Error('busy'))
  deliveries.start()
  await host.put(FIRST, 'L')
  await quiet(host)

  host.content.metadata.listDeliveries = listDeliveries
  host.advance(MINUTE)
  host.alarms.ring()
  await deliveries.settled()

  assert.equal(application.saves.length, 1)
  await deliveries.close()
})

test('close lets an attempt finish', async () => {
  const { host, application, deliveries } = await lockedHost()
  const slow = Promise.withResolvers<void>()
  application.beforeSave = () => slow.promise
  deliveries.start()
  await host.put(FIRST, 'L')
  await until(() => application.deliveries === 1)

  const closed = deliveries.close()
  slow.resolve()
  await closed

  assert.equal(application.saves.length, 1)
  assert.deepEqual(host.alarms.pending(), [])
})

test('close ends an attempt that takes too long, which comes again after the next start', async () => {
  const { host, application, deliveries } = await lockedHost()
  application.beforeSave = () => new Promise(() => {})
  deliveries.start()
  await host.put(FIRST, 'L')
  await until(() => application.deliveries === 1)

  const closed = deliveries.close()
  host.advance(5000)
  host.alarms.ring()
  await closed

  assert.notEqual((await host.content.metadata.listDeliveries(1)).nextAt, undefined)
  assert.deepEqual(host.alarms.pending(), [])
})

test('settled says when nobody delivers, and can be given up', async () => {
  const { host, application, deliveries } = await lockedHost()
  await deliveries.settled()
  await host.put(FIRST, 'L')
  await assert.rejects(deliveries.settled(), /was not started/)

  application.beforeSave = () => new Promise(() => {})
  deliveries.start()
  const waiting = new AbortController()
  const settled = deliveries.settled(waiting.signal)
  waiting.abort(new Error('enough'))

  await assert.rejects(settled, /enough/)
})

test('settled notices what another process has delivered, or somebody given up', async () => {
  const { host, application, deliveries } = await lockedHost()
  application.beforeSave = () => {
    throw new Error('the bucket is away')
  }
  deliveries.start()
  await host.put(FIRST, 'L')
  await quiet(host)
  const settled = deliveries.settled()

  await createDocuments(host.content).delete('doc')
  host.advance(MINUTE)
  host.alarms.ring()

  await settled
  await deliveries.close()
})

async function lockedHost(): Promise<{
  host: TestHost
  application: Application
  deliveries: Deliveries
}> {
  const application = createApplication()
  application.write('doc', testBytes(50, 9))
  const host = await createTestHost({ application: application.source })
  await host.lock('L')
  assert.ok(host.deliveries)
  return { host, application, deliveries: host.deliveries }
}

function startAnew(host: TestHost, { source }: Application): Deliveries {
  const { log } = host.services
  const conflicts = createConflicts(source, log)
  return createDeliveries({
    ...host.content,
    source,
    conflicts,
    log,
    patience: createPatience({ alarm: host.alarms.after, clock: host.now }),
  })
}

async function revisionOf(host: TestHost) {
  return (await host.content.metadata.readDocument('doc'))?.document.source
}

/** Lets everything run that waits for nothing but its turn. */
async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; !isSo(); turn++) {
    assert.ok(turn < 10_000, 'it never happened')
    await new Promise(setImmediate)
  }
}

/** Until the deliveries have nothing to do but to wait for an alarm. */
async function quiet(host: TestHost): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
  await until(() => host.alarms.pending().length > 0)
}
