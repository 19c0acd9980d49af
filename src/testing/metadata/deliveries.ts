import assert from 'node:assert/strict'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import {
  type ContractTest,
  commitStates,
  countOf,
  HOUR,
  MINUTE,
  newCommit,
  newDocument,
  SECOND,
} from './context.ts'

/** A document that an application keeps, at its revision `r1`. */
async function adopt(store: MetadataStore, number = 1): Promise<void> {
  const key = `d${number}`
  await store.createDocument(
    newDocument({ fileId: `File_${number}`, key, newPacks: [], sourceRevision: 'r1' }),
  )
}

const save = (store: MetadataStore, documentKey: string) =>
  store.commit(newCommit({ documentKey, newPacks: [] }))

const readSource = async (store: MetadataStore) =>
  (await store.readDocument('File_1'))?.document.source

const attempt = (documentKey: string, sequenceNumber: number, attempts = 0) => {
  return { documentKey, sequenceNumber, attempts }
}

async function listed(store: MetadataStore, limit = 10): Promise<string[]> {
  const { deliveries } = await store.listDeliveries(limit)
  return deliveries.map(({ documentKey, sequenceNumber }) => `${documentKey} ${sequenceNumber}`)
}

/** The sentences of the port about saves that an application has not received yet. */
export function deliveryContract(test: ContractTest): void {
  test('createDocument with a source records its revision, and delivers nothing', async ({
    store,
  }) => {
    await adopt(store)

    assert.deepEqual(await readSource(store), { revision: 'r1', sequenceNumber: 1 })
    assert.deepEqual(await listed(store), [])
    assert.equal((await store.listDeliveries(1)).nextAt, undefined)
  })

  test('commit to a document with a source is a save to deliver, at once', async ({
    store,
    advance,
  }) => {
    await adopt(store)
    await advance(SECOND)

    const committed = await store.commit(newCommit())

    assert.ok(committed.ok)
    assert.deepEqual(await store.listDeliveries(10), {
      deliveries: [
        {
          documentKey: 'd1',
          fileId: 'File_1',
          manifestId: 'm2',
          sequenceNumber: 2,
          userId: 'bob',
          baseRevision: 'r1',
          savedAt: committed.now,
          attempts: 0,
        },
      ],
      nextAt: committed.now,
      now: committed.now,
    })
    assert.deepEqual(await readSource(store), { revision: 'r1', sequenceNumber: 1 })
  })

  test('listWaitingDeliveries tells the oldest save of each document, due or not', async ({
    store,
  }) => {
    await adopt(store)
    const committed = await store.commit(newCommit())
    assert.ok(committed.ok)
    await store.takeDelivery(attempt('d1', 2), 5 * SECOND)

    const [waiting, ...others] = await store.listWaitingDeliveries(10)

    assert.deepEqual(
      [waiting?.fileId, waiting?.sequenceNumber, waiting?.attempts, waiting?.dueAt],
      ['File_1', 2, 1, committed.now + 5 * SECOND],
    )
    assert.deepEqual(others, [])
  })

  test('listDeliveries tells what the client has said of a save', async ({ store }) => {
    await adopt(store)
    const cause = { editors: ['alice'], isAutosave: true, isExitSave: false }

    await store.commit(newCommit({ cause }))

    const { deliveries } = await store.listDeliveries(10)
    assert.deepEqual(
      deliveries.map((delivery) => delivery.cause),
      [cause],
    )
  })

  test('commit without a source, or of the same sequence number, delivers nothing', async ({
    store,
  }) => {
    await store.createDocument(newDocument({ newPacks: [] }))
    await adopt(store, 2)

    await save(store, 'd1')
    const housekeeping = await store.commit(
      newCommit({ documentKey: 'd2', sequenceNumber: 1, newPacks: [] }),
    )

    assert.equal(housekeeping.ok, true)
    assert.deepEqual(await listed(store), [])
  })

  test("commit of the application's own state notes its revision and delivers nothing", async ({
    store,
  }) => {
    await adopt(store)

    await store.commit(newCommit({ sourceRevision: 'r2' }))

    assert.deepEqual(await readSource(store), { revision: 'r2', sequenceNumber: 2 })
    assert.deepEqual(await listed(store), [])
  })

  test('a refused commit adds no save to deliver', async ({ store }) => {
    await adopt(store)

    const refused = await store.commit(newCommit({ expected: { manifestId: 'm0' } }))
    await assert.rejects(store.commit(newCommit({ manifestId: 'm1' })))
    await assert.rejects(store.commit(newCommit({ manifestId: 'm1', sourceRevision: 'r2' })))

    assert.equal(refused.ok, false)
    assert.deepEqual(await listed(store), [])
    assert.deepEqual(await readSource(store), { revision: 'r1', sequenceNumber: 1 })
  })

  test('listDeliveries lists only the oldest save of each document', async ({ store, advance }) => {
    await adopt(store, 2)
    await save(store, 'd2')
    await advance(SECOND)
    await adopt(store, 1)
    await commitStates(store, 4)

    assert.deepEqual(await listed(store), ['d2 2', 'd1 2'])
    assert.deepEqual(await listed(store, 1), ['d2 2'])
  })

  test('settleDelivery notes the revision and lets the next save come', async ({ store }) => {
    await adopt(store)
    await commitStates(store, 3)

    const first = await store.settleDelivery('d1', 2, 'r2')
    const sourceBetween = await readSource(store)
    const { deliveries } = await store.listDeliveries(10)
    const second = await store.settleDelivery('d1', 3, 'r3')

    assert.deepEqual([first, second], [{ ok: true }, { ok: true }])
    assert.deepEqual(sourceBetween, { revision: 'r2', sequenceNumber: 2 })
    assert.deepEqual(
      deliveries.map(({ sequenceNumber, manifestId, baseRevision }) => {
        return [sequenceNumber, manifestId, baseRevision]
      }),
      [[3, 'm3', 'r2']],
    )
    assert.deepEqual(await readSource(store), { revision: 'r3', sequenceNumber: 3 })
    assert.deepEqual(await listed(store), [])
    assert.equal((await store.listDeliveries(1)).nextAt, undefined)
  })

  test('settleDelivery refuses a save that is not the oldest one that waits', async ({ store }) => {
    await adopt(store)
    await commitStates(store, 3)

    const tooEarly = await store.settleDelivery('d1', 3, 'r3')
    await store.settleDelivery('d1', 2, 'r2')
    const repeated = await store.settleDelivery('d1', 2, 'r2 again')
    const unknown = await store.settleDelivery('d2', 2, 'r2')

    assert.deepEqual([tooEarly, repeated, unknown], Array(3).fill({ ok: false }))
    assert.deepEqual(await readSource(store), { revision: 'r2', sequenceNumber: 2 })
    assert.deepEqual(await listed(store), ['d1 3'])
  })

  test('settleDelivery lets one of many callers settle', async ({ store }) => {
    await adopt(store)
    await save(store, 'd1')

    const settled = await countOf(
      20,
      (index) => store.settleDelivery('d1', 2, `r${index}`),
      ({ ok }) => ok,
    )

    assert.equal(settled, 1)
  })

  test('takeDelivery gives a save to one of many callers, and counts the attempt', async ({
    store,
    advance,
  }) => {
    await adopt(store)
    await commitStates(store, 3)

    const taken = await countOf(
      20,
      () => store.takeDelivery(attempt('d1', 2), MINUTE),
      ({ ok }) => ok,
    )
    const next = await store.listDeliveries(1)
    const meanwhile = await listed(store)
    await advance(MINUTE)
    const { deliveries } = await store.listDeliveries(10)
    const again = await store.takeDelivery(attempt('d1', 2, 1), MINUTE)

    assert.equal(taken, 1)
    assert.equal(next.nextAt, next.now + MINUTE)
    assert.deepEqual(meanwhile, [])
    assert.deepEqual(
      deliveries.map(({ sequenceNumber, attempts }) => [sequenceNumber, attempts]),
      [[2, 1]],
    )
    assert.deepEqual(again, { ok: true })
  })

  test('takeDelivery refuses a save that is not due, not the oldest, or changed since it was listed', async ({
    store,
  }) => {
    await adopt(store)
    await commitStates(store, 3)
    await adopt(store, 2)
    await save(store, 'd2')
    await store.deferDelivery(attempt('d2', 2), MINUTE)

    const refused = [attempt('d2', 2), attempt('d1', 3), attempt('d1', 2, 1), attempt('d3', 2)]
    for (const wrong of refused)
      assert.deepEqual(await store.takeDelivery(wrong, MINUTE), { ok: false })

    assert.deepEqual(await listed(store), ['d1 2'])
  })

  test('deferDelivery postpones a save, and later saves wait behind it', async ({
    store,
    advance,
  }) => {
    await adopt(store)
    await commitStates(store, 3)
    await store.takeDelivery(attempt('d1', 2), SECOND)

    assert.deepEqual(await store.deferDelivery(attempt('d1', 2, 1), MINUTE), { ok: true })
    const next = await store.listDeliveries(1)
    const deferred = await listed(store)
    await advance(MINUTE)
    const { deliveries } = await store.listDeliveries(10)

    assert.equal(next.nextAt, next.now + MINUTE)
    assert.deepEqual(deferred, [])
    assert.deepEqual(
      deliveries.map(({ sequenceNumber, attempts }) => [sequenceNumber, attempts]),
      [[2, 1]],
    )
  })

  test('deferDelivery changes nothing when another process has taken the save since', async ({
    store,
    advance,
  }) => {
    await adopt(store)
    await save(store, 'd1')
    await store.takeDelivery(attempt('d1', 2), SECOND)
    await advance(SECOND)
    await store.takeDelivery(attempt('d1', 2, 1), MINUTE)

    assert.deepEqual(await store.deferDelivery(attempt('d1', 2, 1), HOUR), { ok: false })

    const next = await store.listDeliveries(1)
    assert.equal(next.nextAt, next.now + MINUTE)
  })

  test('deferDelivery delays no other document, and not the save after it', async ({ store }) => {
    await adopt(store, 1)
    await commitStates(store, 3)
    await adopt(store, 2)
    await save(store, 'd2')

    await store.deferDelivery(attempt('d1', 2), HOUR)
    const others = await listed(store)
    await store.settleDelivery('d1', 2, 'r2')
    const all = await listed(store)

    assert.deepEqual(others, ['d2 2'])
    assert.deepEqual(all.sort(), ['d1 3', 'd2 2'])
    const { deliveries } = await store.listDeliveries(10)
    assert.deepEqual(
      deliveries.map(({ attempts }) => attempts),
      [0, 0],
    )
  })

  test('deferDelivery of a save that is settled or not the oldest changes nothing', async ({
    store,
  }) => {
    await adopt(store)
    await commitStates(store, 4)
    await store.settleDelivery('d1', 2, 'r2')
    const before = await store.listDeliveries(10)

    for (const sequenceNumber of [2, 4, 9])
      assert.deepEqual(await store.deferDelivery(attempt('d1', sequenceNumber), HOUR), {
        ok: false,
      })
    await store.deferDelivery(attempt('d2', 3), HOUR)

    assert.deepEqual(await store.listDeliveries(10), before)
    await store.settleDelivery('d1', 3, 'r3')
    const { deliveries } = await store.listDeliveries(10)
    assert.deepEqual(
      deliveries.map(({ sequenceNumber, attempts }) => [sequenceNumber, attempts]),
      [[4, 0]],
    )
  })

  test('listDeliveries begins with the save that is due for longest, not with the oldest one', async ({
    store,
    advance,
  }) => {
    await adopt(store, 1)
    await adopt(store, 2)
    await save(store, 'd1')
    await store.deferDelivery(attempt('d1', 2), MINUTE)
    await advance(MINUTE - 1)
    await save(store, 'd2')
    await advance(1)

    assert.deepEqual(await listed(store), ['d2 2', 'd1 2'])
  })

  test('listDeliveries tells when the earliest save of all documents is due', async ({ store }) => {
    await adopt(store, 1)
    await adopt(store, 2)
    await save(store, 'd1')
    await save(store, 'd2')
    await store.deferDelivery(attempt('d1', 2), HOUR)
    await store.deferDelivery(attempt('d2', 2), MINUTE)

    const next = await store.listDeliveries(1)

    assert.equal(next.nextAt, next.now + MINUTE)
  })

  test('pruneManifests keeps states that still have to be delivered', async ({
    store,
    advance,
  }) => {
    await adopt(store)
    await commitStates(store, 4)
    await store.settleDelivery('d1', 2, 'r2')
    await advance(HOUR)

    const all = ['m1', 'm2', 'm3', 'm4']
    const dropped = await store.pruneManifests('d1', all)

    assert.equal(dropped, 2)
    assert.deepEqual(
      (await store.listManifests('d1')).map(({ manifestId }) => manifestId),
      ['m4', 'm3'],
    )
    await store.settleDelivery('d1', 3, 'r3')
    assert.equal(await store.pruneManifests('d1', all), 1)
  })
}
