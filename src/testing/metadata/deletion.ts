import assert from 'node:assert/strict'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import {
  type ContractTest,
  commitStates,
  condemn,
  condemnedKeys,
  countOf,
  createTree,
  HOUR,
  namesIn,
  newCommit,
  newDocument,
  newFragment,
  newJudgement,
  newSession,
  placeOf,
  sessionOfCommit,
} from './context.ts'

const AT_START = { manifestId: 'm1', lockVersion: 0 }

/** A document with everything that a document can have, at its third state. */
async function createFullDocument(store: MetadataStore): Promise<void> {
  await createTree(store)
  await store.createDocument(newDocument({ place: placeOf('report'), sourceRevision: 'r1' }))
  await commitStates(store, 2)
  for (const number of [1, 2]) {
    const session = { id: `s${number}`, tokenHash: `hash-${number}` }
    await store.createSession(newSession(session))
    await store.appendFragment(
      newFragment({ tokenHash: session.tokenHash, pack: { key: `d1/f${number}` } }),
    )
  }
  await store.commit(
    newCommit({
      expected: { manifestId: 'm2' },
      manifestId: 'm3',
      sequenceNumber: 3,
      session: sessionOfCommit(),
    }),
  )
  await store.appendActivities(
    'd1',
    [{ activityId: 'a', type: 'Comment', userId: 'alice', json: '{}' }],
    10,
  )
}

/** The sentences of the port about deleting documents. */
export function deletionContract(test: ContractTest): void {
  test('deleteDocument deletes a document with all that belongs to it', async ({ store }) => {
    await createFullDocument(store)

    const deleted = await store.deleteDocument('d1', { manifestId: 'm3', lockVersion: 0 })

    assert.deepEqual(deleted, { ok: true })
    assert.equal(await store.readDocument('File_1'), undefined)
    assert.deepEqual(await store.listDocuments({ limit: 10 }), [])
    assert.deepEqual(await store.listManifests('d1'), [])
    assert.equal(await store.readManifest('d1', 'm3'), undefined)
    assert.deepEqual((await store.listSessions({ limit: 10 })).sessions, [])
    assert.equal(await store.readSession('hash-2'), undefined)
    assert.deepEqual(await store.listFragments('hash-2'), [])
    assert.deepEqual(await store.listActivities('d1', 10), [])
    const { deliveries, nextAt } = await store.listDeliveries(10)
    assert.deepEqual([deliveries, nextAt], [[], undefined])
    assert.deepEqual(await namesIn(store), [])
  })

  test('deleteDocument leaves no references, so that the packs are garbage', async ({ store }) => {
    await createFullDocument(store)
    const before = await store.readReferences('d1')
    await condemn(store, { key: 'd1/x', locator: 'bucket' })

    await store.deleteDocument('d1', { manifestId: 'm3', lockVersion: 0 })

    const references = await store.readReferences('d1')
    assert.deepEqual(references, {
      referenceVersion: 0,
      now: before.now,
      manifestIds: [],
      sessionPacks: [],
      condemned: [
        { pack: { key: 'd1/x', locator: 'bucket' }, condemnedAt: before.now, doomed: false },
      ],
    })
    const judgement = newJudgement({ unnamed: [{ key: 'd1/p1' }] })
    const stale = await store.judgePacks('d1', before.referenceVersion, judgement)
    const current = await store.judgePacks('d1', 0, judgement)
    assert.deepEqual([stale.ok, current.ok], [false, true])
    assert.deepEqual(await condemnedKeys(store), ['d1/p1', 'd1/x'])
  })

  test('deleteDocument makes the key due now, also when it was due later', async ({ store }) => {
    await store.createDocument(newDocument())
    await store.requestSweep('d1', HOUR)
    const notYet = await store.listDue(10)

    await store.deleteDocument('d1', AT_START)

    assert.deepEqual(notYet, [])
    assert.deepEqual(
      (await store.listDue(10)).map(({ documentKey }) => documentKey),
      ['d1'],
    )
  })

  test('deleteDocument frees the name and the fileId', async ({ store }) => {
    await createTree(store)
    await store.createDocument(newDocument({ place: placeOf('report') }))
    await store.deleteDocument('d1', AT_START)

    const again = await store.createDocument(newDocument({ key: 'd2', place: placeOf('report') }))

    assert.equal(again.ok, true)
    assert.equal((await store.readDocument('File_1'))?.document.key, 'd2')
  })

  test('deleteDocument touches no other document', async ({ store }) => {
    await createTree(store)
    const second = { fileId: 'File_2', key: 'd2' }
    await store.createDocument(newDocument({ place: placeOf('a') }))
    await store.createDocument(newDocument({ ...second, place: placeOf('b') }))
    await store.createSession(newSession({ fileId: 'File_2', documentKey: 'd2' }))
    const before = await store.readDocument('File_2')

    await store.deleteDocument('d1', AT_START)

    assert.deepEqual(await store.readDocument('File_2'), before)
    assert.equal((await store.listManifests('d2')).length, 1)
    assert.ok(await store.readSession('hash-1'))
    assert.deepEqual(await namesIn(store), ['b'])
  })

  for (const [what, expected] of [
    ['manifestId', { manifestId: 'm0', lockVersion: 0 }],
    ['lockVersion', { manifestId: 'm1', lockVersion: 1 }],
  ] as const)
    test(`deleteDocument changes nothing when ${what} is not the expected one`, async ({
      store,
    }) => {
      await store.createDocument(newDocument())

      const refused = await store.deleteDocument('d1', expected)

      assert.deepEqual(refused, { ok: false })
      assert.ok(await store.readDocument('File_1'))
      assert.deepEqual(await store.listDue(10), [])
    })

  test('deleteDocument of an unknown document is refused', async ({ store }) => {
    assert.deepEqual(await store.deleteDocument('d1', AT_START), { ok: false })
  })

  test('deleteDocument lets one of many callers delete', async ({ store }) => {
    await store.createDocument(newDocument())

    const deleted = await countOf(
      20,
      () => store.deleteDocument('d1', AT_START),
      ({ ok }) => ok,
    )

    assert.equal(deleted, 1)
  })

  for (const first of ['commit', 'deleteDocument'] as const)
    test(`deleteDocument and commit at the same time, ${first} first: one wins`, async ({
      store,
    }) => {
      await store.createDocument(newDocument())
      const remove = () => store.deleteDocument('d1', AT_START)

      const save = () => store.commit(newCommit())
      const outcomes = await Promise.all<{ ok: boolean }>(
        first === 'commit' ? [save(), remove()] : [remove(), save()],
      )

      assert.equal(outcomes.filter(({ ok }) => ok).length, 1)
      const document = (await store.readDocument('File_1'))?.document
      const committed = outcomes[first === 'commit' ? 0 : 1]
      assert.equal(document?.manifestId, committed?.ok ? 'm2' : undefined)
    })

  test('a deleted document refuses commands that were begun before', async ({ store }) => {
    await store.createDocument(newDocument())
    await store.createSession(newSession())
    await store.appendFragment(newFragment())
    await store.deleteDocument('d1', AT_START)

    assert.deepEqual(await store.commit(newCommit()), { ok: false, reason: 'changed' })
    assert.deepEqual(await store.replaceLocks('d1', 0, 'locks'), { ok: false })
    assert.deepEqual(await store.appendFragment(newFragment({ offset: 100 })), {
      ok: false,
      reason: 'gone',
    })
    assert.deepEqual(await store.extendSession('hash-1', 100, HOUR), { ok: false })
    assert.equal(await store.pruneManifests('d1', ['m1']), 0)
  })
}
