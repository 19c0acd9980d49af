import assert from 'node:assert/strict'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import {
  type ContractTest,
  commitStates,
  condemn,
  condemnedKeys,
  doom,
  HOUR,
  MINUTE,
  newCommit,
  newDocument,
  newFragment,
  newJudgement,
  newSession,
  SECOND,
  sessionOfCommit,
} from './context.ts'

/** Whether each condemned pack of the first document is doomed, by its key. */
async function doomedFlags(store: MetadataStore): Promise<Record<string, boolean>> {
  const { condemned } = await store.readReferences('d1')
  return Object.fromEntries(condemned.map(({ pack, doomed }) => [pack.key, doomed]))
}

/** The sentences of the port about the due-queue and about packs that may be garbage. */
export function packContract(test: ContractTest): void {
  test('listDue lists documents whose time has come, longest due first', async ({
    store,
    advance,
  }) => {
    await store.requestSweep('d3', 3 * MINUTE)
    await store.requestSweep('d1', 1 * MINUTE)
    await store.requestSweep('d2', 2 * MINUTE)

    const tooEarly = await store.listDue(10)
    await advance(2 * MINUTE)
    const due = await store.listDue(10)
    const first = await store.listDue(1)

    assert.deepEqual(tooEarly, [])
    assert.deepEqual(
      due.map(({ documentKey }) => documentKey),
      ['d1', 'd2'],
    )
    assert.deepEqual(first, due.slice(0, 1))
  })

  test('requestSweep keeps the earlier time', async ({ store, advance }) => {
    await store.requestSweep('d1', MINUTE)
    await store.requestSweep('d1', HOUR)
    await store.requestSweep('d2', HOUR)
    await store.requestSweep('d2', MINUTE)

    await advance(MINUTE)

    assert.equal((await store.listDue(10)).length, 2)
  })

  test('finishSweep takes a document out of the queue', async ({ store, advance }) => {
    await store.requestSweep('d1', 0)
    const [due] = await store.listDue(10)

    await store.finishSweep('d1', due?.dueAt ?? 0)
    await advance(HOUR)

    assert.deepEqual(await store.listDue(10), [])
  })

  test('finishSweep keeps a document whose sweep was requested again', async ({
    store,
    advance,
  }) => {
    await store.requestSweep('d1', 0)
    const [due] = await store.listDue(10)
    await store.requestSweep('d1', 0)

    await store.finishSweep('d1', due?.dueAt ?? 0)
    await advance(SECOND)

    assert.deepEqual(
      (await store.listDue(10)).map(({ documentKey }) => documentKey),
      ['d1'],
    )
  })

  test('finishSweep keeps the later requested time', async ({ store, advance }) => {
    await store.requestSweep('d1', 0)
    const [due] = await store.listDue(10)
    await store.requestSweep('d1', HOUR)

    await store.finishSweep('d1', due?.dueAt ?? 0)
    const settled = await store.listDue(10)
    await advance(HOUR)

    assert.deepEqual(settled, [])
    assert.equal((await store.listDue(10)).length, 1)
  })

  test('finishSweep of another time changes nothing', async ({ store }) => {
    await store.requestSweep('d1', 0)
    const [due] = await store.listDue(10)

    await store.finishSweep('d1', (due?.dueAt ?? 0) - 1)
    await store.finishSweep('d2', due?.dueAt ?? 0)

    assert.deepEqual(await store.listDue(10), [due])
  })

  test('readReferences shows the kept states and the packs of open sessions', async ({ store }) => {
    await store.createDocument(newDocument())
    await commitStates(store, 2)
    await store.createSession(newSession())
    await store.appendFragment(newFragment())

    const references = await store.readReferences('d1')

    assert.deepEqual(references.manifestIds.sort(), ['m1', 'm2'])
    assert.deepEqual(references.sessionPacks, ['d1/f1'])
    assert.deepEqual(references.condemned, [])
    assert.equal(references.now, (await store.readDocument('File_1'))?.now)
  })

  test('readReferences shows the packs of an expired session until it is swept', async ({
    store,
    advance,
  }) => {
    await store.createDocument(newDocument())
    await store.createSession(newSession())
    await store.appendFragment(newFragment())

    await advance(2 * HOUR)
    const expired = await store.readReferences('d1')
    await store.removeDeadSessions({ graceMs: HOUR, limit: 10 })
    const swept = await store.readReferences('d1')

    assert.deepEqual([expired.sessionPacks, swept.sessionPacks], [['d1/f1'], []])
  })

  test('readReferences shows no packs of a committed session', async ({ store }) => {
    await store.createDocument(newDocument())
    await store.createSession(newSession())
    await store.appendFragment(newFragment())
    await store.commit(newCommit({ session: sessionOfCommit() }))

    assert.deepEqual((await store.readReferences('d1')).sessionPacks, [])
  })

  test('readReferences counts every command that names a new pack', async ({ store }) => {
    const versions: number[] = []
    const note = async () => versions.push((await store.readReferences('d1')).referenceVersion)

    await note()
    await store.createDocument(newDocument())
    await note()
    await store.createSession(newSession())
    await store.appendFragment(newFragment())
    await note()
    await store.commit(newCommit({ session: sessionOfCommit() }))
    await note()

    assert.equal(versions[0], 0)
    assert.deepEqual(
      [...new Set(versions)].sort((a, b) => a - b),
      versions,
    )
  })

  test('judgePacks condemns unnamed packs, with their locators and the time', async ({ store }) => {
    await store.createDocument(newDocument())
    const unnamed = [{ key: 'd1/x' }, { key: 'd1/y', locator: 'bucket-2' }]

    const judged = await store.judgePacks('d1', 1, newJudgement({ unnamed }))

    assert.deepEqual(judged, { ok: true, condemned: 2, doomed: [] })
    const references = await store.readReferences('d1')
    assert.deepEqual(
      references.condemned.sort((a, b) => (a.pack.key < b.pack.key ? -1 : 1)),
      unnamed.map((pack) => ({ pack, condemnedAt: references.now, doomed: false })),
    )
  })

  test('judgePacks keeps the time of packs that are condemned already', async ({
    store,
    advance,
  }) => {
    await condemn(store, { key: 'd1/x' })
    const before = await store.readReferences('d1')
    await advance(HOUR - 1)
    const unnamed = [{ key: 'd1/x', locator: 'other' }]

    const judged = await store.judgePacks('d1', 0, newJudgement({ unnamed }))

    assert.deepEqual(judged, { ok: true, condemned: 0, doomed: [] })
    assert.deepEqual((await store.readReferences('d1')).condemned, before.condemned)
  })

  test('judgePacks dooms no pack that it condemns itself', async ({ store }) => {
    const judgement = newJudgement({ unnamed: [{ key: 'd1/x' }], delayMs: 0 })

    const first = await store.judgePacks('d1', 0, judgement)
    const second = await store.judgePacks('d1', 0, judgement)

    assert.deepEqual(first, { ok: true, condemned: 1, doomed: [] })
    assert.deepEqual(second, { ok: true, condemned: 0, doomed: [{ key: 'd1/x' }] })
  })

  test('judgePacks dooms only what was condemned long enough ago', async ({ store, advance }) => {
    await condemn(store, { key: 'd1/old', locator: 'bucket-2' })
    await advance(1)
    await condemn(store, { key: 'd1/young' })
    await advance(HOUR - 1)
    const unnamed = [{ key: 'd1/old' }, { key: 'd1/young' }]

    const judged = await store.judgePacks('d1', 0, newJudgement({ unnamed }))

    const doomed = [{ key: 'd1/old', locator: 'bucket-2' }]
    assert.deepEqual(judged, { ok: true, condemned: 0, doomed })
    assert.deepEqual(await doomedFlags(store), { 'd1/old': true, 'd1/young': false })
  })

  test('judgePacks returns packs that were doomed before, so that a sweep can continue', async ({
    store,
  }) => {
    await doom(store, 'd1/x')

    const again = await store.judgePacks('d1', 0, newJudgement({ unnamed: [{ key: 'd1/x' }] }))

    assert.deepEqual(again, { ok: true, condemned: 0, doomed: [{ key: 'd1/x' }] })
  })

  test('judgePacks changes nothing about packs that it does not get', async ({ store }) => {
    await condemn(store, { key: 'd1/x' }, { key: 'd1/y' })

    await doom(store, 'd1/x')

    assert.deepEqual(await doomedFlags(store), { 'd1/x': true, 'd1/y': false })
  })

  test('judgePacks pardons named packs, but not doomed ones', async ({ store }) => {
    await doom(store, 'd1/doomed')
    await condemn(store, { key: 'd1/x' }, { key: 'd1/y' })
    const named = ['d1/x', 'd1/doomed', 'd1/unknown']

    const judged = await store.judgePacks('d1', 0, newJudgement({ named, delayMs: 0 }))

    assert.deepEqual(judged, { ok: true, condemned: 0, doomed: [] })
    assert.deepEqual(await doomedFlags(store), { 'd1/doomed': true, 'd1/y': false })
  })

  test('judgePacks changes nothing when a command has named a pack since', async ({ store }) => {
    await store.createDocument(newDocument())
    await condemn(store, { key: 'd1/x' }, { key: 'd1/y' })
    const before = await store.readReferences('d1')
    await store.commit(newCommit())
    const unnamed = [{ key: 'd1/x' }, { key: 'd1/z' }]
    const judgement = newJudgement({ unnamed, named: ['d1/y'], delayMs: 0 })

    const refused = await store.judgePacks('d1', before.referenceVersion, judgement)

    assert.deepEqual(refused, { ok: false })
    assert.deepEqual((await store.readReferences('d1')).condemned, before.condemned)
  })

  test('forgetPacks takes doomed packs off the list, and only those', async ({ store }) => {
    await doom(store, 'd1/doomed')
    await condemn(store, { key: 'd1/x' })

    await store.forgetPacks('d1', ['d1/doomed', 'd1/x'])

    assert.deepEqual(await condemnedKeys(store), ['d1/x'])
  })

  test('packs of other documents are not touched', async ({ store }) => {
    await store.judgePacks('d2', 0, newJudgement({ unnamed: [{ key: 'd1/x' }] }))

    await doom(store, 'd1/x')
    await store.forgetPacks('d1', ['d1/x'])

    const { condemned } = await store.readReferences('d2')
    assert.deepEqual(
      condemned.map(({ pack, doomed }) => [pack.key, doomed]),
      [['d1/x', false]],
    )
  })
}
