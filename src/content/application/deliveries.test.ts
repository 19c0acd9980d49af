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

test('createDeliveries delivers every save once, in order, each based on the one before', async () => {
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

test('createDeliveries delivers what the client said about a save', async () => {
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

test('createDeliveries delivers saves from before the start', async () => {
  const { host, application, deliveries } = await lockedHost()
  await host.put(FIRST, 'L')
  await host.put(SECOND, 'L')

  deliveries.start()
  await deliveries.settled()

  assert.deepEqual(application.read('doc'), SECOND)
  assert.equal(application.saves.length, 2)
  await deliveries.close()
})

test('createDeliveries delivers a save that does not change the main content', async () => {
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

test('createDeliveries lets onSaved read ranges, as often as it wants', async () => {
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

test('createDeliveries tries a failed save again with a growing delay, and later saves wait for it', async () => {
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

test('createDeliveries lets the delay grow to at most five minutes', async () => {
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

test('createDeliveries delivers other documents while the saves of one fail', async () => {
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

test('createDeliveries aborts an onSaved that takes ten minutes, and calls it again', async () => {
  const { host, application, deliveries } = await lockedHost()
  application.beforeSave = () => new Promise(() => {})
  deliveries.start()
  await host.put(FIRST, 'L')
  await until(() => application.deliveries === 1)

  application.beforeSave = () => {}
  host.advance(10 * MINUTE)
  host.alarms.ring()
  await until(() => host.logged.some(({ message }) => /did not take a save/.test(message)))
  await quiet(host)
  host.advance(MINUTE)
  host.alarms.ring()
  await deliveries.settled()

  assert.equal(application.deliveries, 2)
  assert.equal(application.saves.length, 1)
  await deliveries.close()
})

test('createDeliveries repeats a save whose outcome was lost, with the same saveId', async () => {
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

test('createDeliveries leaves a save to the process that is delivering it, however long it takes', async () => {
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

test('createDeliveries aborts an attempt that another process has taken over', async () => {
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

test('settled checks every second for deliveries of another process', async () => {
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

test('createDeliveries delivers a save whose process died during the delivery', async () => {
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

test('createDeliveries tries a store that cannot record outcomes again when the alarm rings, not at once', async () => {
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

test('createDeliveries treats an onSaved without a revision as a failure', async () => {
  const { host, application, deliveries } = await lockedHost()
  application.source.onSaved = async () => ({}) as { revision: string }
  deliveries.start()
  await host.put(FIRST, 'L')
  await quiet(host)

  assert.match(String(host.logged[0]?.fields.err), /TypeError: DocumentSource\.onSaved must return/)
  assert.deepEqual(await revisionOf(host), { revision: 'r1', sequenceNumber: 1 })
  await deliveries.close()
})

test('createDeliveries goes on after a temporary failure of the store', async () => {
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

test('close lets a running attempt finish', async () => {
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

test('close aborts an attempt that takes too long, and the next start repeats it', async () => {
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

test('settled rejects when nothing delivers, and when its signal aborts', async () => {
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

test('settled notices saves that another process delivered and documents that were deleted', async () => {
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

/** Lets all pending callbacks run until the condition holds. */
async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; !isSo(); turn++) {
    assert.ok(turn < 10_000, 'it never happened')
    await new Promise(setImmediate)
  }
}

/** Waits until the deliveries only wait for an alarm. */
async function quiet(host: TestHost): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
  await until(() => host.alarms.pending().length > 0)
}
