import assert from 'node:assert/strict'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import {
  type ContractTest,
  condemn,
  doom,
  newCommit,
  newDocument,
  newFragment,
  newSession,
} from './context.ts'

const readEpoch = async (store: MetadataStore) => (await store.readEpoch()).epoch

/** Dooms and forgets packs, as a sweep does that has deleted their bytes. */
async function sweepAway(store: MetadataStore, ...keys: string[]): Promise<void> {
  await doom(store, ...keys)
  await store.forgetPacks('d1', keys)
}

/** The outcome of each command that names a pack for the first time. */
async function nameEverywhere(store: MetadataStore, since: number) {
  const pack = { key: 'd1/x', since }
  const fragment = await store.appendFragment(newFragment({ pack }))
  const commit = await store.commit(newCommit({ newPacks: [pack] }))
  const created = await store.createDocument(
    newDocument({ fileId: 'File_2', key: 'd2', newPacks: [{ key: 'd2/x', since }] }),
  )
  return [fragment, commit, created].map((outcome) => (outcome.ok ? 'ok' : outcome.reason))
}

async function createDocumentWithSession(store: MetadataStore): Promise<void> {
  await store.createDocument(newDocument())
  await store.createSession(newSession())
}

/** The sentences of the port about the store as a whole, and about packs that it has forgotten. */
export function epochContract(test: ContractTest): void {
  test('readEpoch tells the same identity each time, and whether there are documents', async ({
    store,
  }) => {
    const first = await store.readEpoch()
    await store.createDocument(newDocument())
    const second = await store.readEpoch()

    assert.match(first.identity, /^[0-9a-f]{32}$/)
    assert.deepEqual([first.hasDocuments, second.hasDocuments], [false, true])
    assert.equal(second.identity, first.identity)
  })

  test('raiseEpoch raises the epoch above its value, and above the given one', async ({
    store,
  }) => {
    const { identity, epoch } = await store.readEpoch()

    const raised = await store.raiseEpoch({ identity, above: 0 })
    const far = await store.raiseEpoch({ identity, above: raised + 100 })

    assert.ok(raised > epoch)
    assert.ok(far > raised + 100)
    assert.deepEqual(await store.readEpoch(), { identity, epoch: far, hasDocuments: false })
  })

  test('raiseEpoch gives the store another identity', async ({ store }) => {
    await store.raiseEpoch({ identity: 'another', above: 0 })

    assert.equal((await store.readEpoch()).identity, 'another')
  })

  test('judgePacks raises the epoch when packs are unnamed', async ({ store }) => {
    const before = await readEpoch(store)

    await condemn(store, { key: 'd1/x' })

    assert.ok((await readEpoch(store)) > before)
  })

  test('no command names a pack that was forgotten', async ({ store }) => {
    await createDocumentWithSession(store)
    const since = await readEpoch(store)

    await sweepAway(store, 'd1/x')

    const gone = ['pack-gone', 'pack-gone', 'pack-gone']
    assert.deepEqual(await nameEverywhere(store, since), gone)
  })

  test('every command names a pack whose key was chosen after others were condemned', async ({
    store,
  }) => {
    await createDocumentWithSession(store)
    await condemn(store, { key: 'd1/old' })
    const since = await readEpoch(store)

    await sweepAway(store, 'd1/old')

    assert.deepEqual(await nameEverywhere(store, since), ['ok', 'ok', 'ok'])
  })

  test('every command names a pack while others are condemned or doomed', async ({ store }) => {
    await createDocumentWithSession(store)
    const since = await readEpoch(store)

    await doom(store, 'd1/other')
    await condemn(store, { key: 'd1/x' })

    assert.deepEqual(await nameEverywhere(store, since), ['ok', 'ok', 'ok'])
  })

  test('abandonPacks dooms packs at once, and makes their document due', async ({ store }) => {
    await createDocumentWithSession(store)
    const since = await readEpoch(store)
    await condemn(store, { key: 'd1/x' })

    await store.abandonPacks('d1', [{ key: 'd1/x' }, { key: 'd1/y', locator: 'bucket-2' }])

    const { condemned } = await store.readReferences('d1')
    assert.deepEqual(condemned.map(({ pack, doomed }) => [pack.key, pack.locator, doomed]).sort(), [
      ['d1/x', undefined, true],
      ['d1/y', 'bucket-2', true],
    ])
    assert.ok((await store.listDue(9)).some(({ documentKey }) => documentKey === 'd1'))
    const commit = newCommit({ newPacks: [{ key: 'd1/y', since }] })
    assert.deepEqual(await store.commit(commit), { ok: false, reason: 'pack-gone' })
  })

  test('forgotten packs that were abandoned do not block other packs', async ({ store }) => {
    await createDocumentWithSession(store)
    const since = await readEpoch(store)
    await condemn(store, { key: 'd1/y' })

    await store.abandonPacks('d1', [{ key: 'd1/y' }])
    await store.forgetPacks('d1', ['d1/y'])

    assert.deepEqual(await nameEverywhere(store, since), ['ok', 'ok', 'ok'])
  })

  test('a commit without new packs does not depend on forgotten packs', async ({ store }) => {
    await createDocumentWithSession(store)
    await sweepAway(store, 'd1/x')

    assert.equal((await store.commit(newCommit({ newPacks: [] }))).ok, true)
  })
}
