import assert from 'node:assert/strict'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import {
  type ContractTest,
  condemnedKeys,
  countOf,
  createTree,
  doom,
  namesIn,
  newCommit,
  newDocument,
  newJudgement,
  placeOf,
} from './context.ts'

const readFirst = async (store: MetadataStore) => (await store.readDocument('File_1'))?.document

/** The sentences of the port about names and places of documents. */
export function placingContract(test: ContractTest): void {
  test('createDocument puts a document at its place', async ({ store }) => {
    await createTree(store, 'a')

    const created = await store.createDocument(newDocument({ place: placeOf('report.docx', 'a') }))

    assert.equal(created.ok, true)
    assert.equal((await readFirst(store))?.containerId, 'a')
    assert.deepEqual(await namesIn(store, 'a'), ['report.docx'])
  })

  test('createDocument refuses a name that is taken and a container that is gone', async ({
    store,
  }) => {
    await createTree(store, 'a')
    await store.createDocument(newDocument({ fileId: 'File_2', key: 'd2', place: placeOf('b') }))
    const create = (place: { containerId: string; nameKey: string }) =>
      store.createDocument(newDocument({ place }))

    const outcomes = [
      await create(placeOf('a')),
      await create(placeOf('b')),
      await create(placeOf('free', 'unknown')),
    ]

    assert.deepEqual(
      outcomes.map((outcome) => !outcome.ok && outcome.reason),
      ['name-taken', 'name-taken', 'container-gone'],
    )
    assert.equal(await readFirst(store), undefined)
    assert.deepEqual(await store.listManifests('d1'), [])
  })

  test('a refused createDocument takes no name and pardons no pack', async ({ store }) => {
    await createTree(store)
    await store.createDocument(newDocument({ place: placeOf('taken') }))
    await store.judgePacks('d2', 0, newJudgement({ unnamed: [{ key: 'd2/p1' }] }))
    const second = newDocument({ fileId: 'File_2', key: 'd2', newPacks: [{ key: 'd2/p1' }] })

    const exists = await store.createDocument(newDocument({ place: placeOf('free') }))
    const taken = await store.createDocument({ ...second, place: placeOf('taken') })

    assert.deepEqual([exists.ok, taken.ok], [false, false])
    assert.deepEqual(await namesIn(store), ['taken'])
    assert.equal((await store.readReferences('d2')).condemned.length, 1)
  })

  test('createDocument with a doomed pack takes no name', async ({ store }) => {
    await createTree(store)
    await doom(store, 'd1/p1')

    const refused = await store.createDocument(newDocument({ place: placeOf('free') }))

    assert.deepEqual(refused, { ok: false, reason: 'pack-gone' })
    assert.deepEqual(await namesIn(store), [])
    assert.deepEqual(await condemnedKeys(store), ['d1/p1'])
  })

  test('createDocument outside the tree needs no unique name', async ({ store }) => {
    const first = await store.createDocument(newDocument())
    const second = await store.createDocument(newDocument({ fileId: 'File_2', key: 'd2' }))

    assert.deepEqual([first.ok, second.ok], [true, true])
  })

  test('createDocument lets one of fifty callers have a name', async ({ store }) => {
    await createTree(store)

    const created = await countOf(
      50,
      (index) => {
        const id = `id${index}`
        return store.createDocument(
          newDocument({ fileId: id, key: id, newPacks: [], place: placeOf('wanted') }),
        )
      },
      ({ ok }) => ok,
    )

    assert.equal(created, 1)
    assert.equal((await store.listDocuments({ limit: 100 })).length, 1)
  })

  test('placeDocument gives a document another name and container, and nothing else', async ({
    store,
  }) => {
    await createTree(store, 'a', 'b')
    await store.createDocument(newDocument({ place: placeOf('old', 'a') }))
    await store.replaceLocks('d1', 0, 'locks')
    const before = await readFirst(store)

    const placed = await store.placeDocument('d1', 1, { name: 'New', place: placeOf('new', 'b') })

    assert.deepEqual(placed, { ok: true })
    const moved = { name: 'New', containerId: 'b', lockVersion: 2 }
    assert.deepEqual(await readFirst(store), { ...before, ...moved })
    assert.deepEqual([await namesIn(store, 'a'), await namesIn(store, 'b')], [[], ['new']])
  })

  test('placeDocument may give the same key again, with other letters', async ({ store }) => {
    await createTree(store)
    await store.createDocument(newDocument({ place: placeOf('report') }))

    const placed = await store.placeDocument('d1', 0, { name: 'REPORT', place: placeOf('report') })

    assert.deepEqual(placed, { ok: true })
    assert.equal((await readFirst(store))?.name, 'REPORT')
    assert.deepEqual(await namesIn(store), ['report'])
  })

  test('placeDocument takes a document out of the tree and into it again', async ({ store }) => {
    await createTree(store)
    await store.createDocument(newDocument({ place: placeOf('old') }))

    const out = await store.placeDocument('d1', 0, { name: 'Outside', place: null })
    const outside = await readFirst(store)
    const namesOutside = await namesIn(store)
    const back = await store.placeDocument('d1', 1, { name: 'Inside', place: placeOf('inside') })

    assert.deepEqual([out, back], [{ ok: true }, { ok: true }])
    assert.deepEqual([outside?.name, outside?.containerId], ['Outside', null])
    assert.deepEqual(namesOutside, [])
    assert.equal((await readFirst(store))?.containerId, 'root')
    assert.deepEqual(await namesIn(store), ['inside'])
  })

  test('placeDocument lets documents outside the tree have the same name', async ({ store }) => {
    await store.createDocument(newDocument())
    await store.createDocument(newDocument({ fileId: 'File_2', key: 'd2', name: 'Other' }))

    const placed = await store.placeDocument('d2', 0, { name: 'Report.docx', place: null })

    assert.deepEqual(placed, { ok: true })
  })

  test('placeDocument changes nothing when it is refused', async ({ store }) => {
    await createTree(store, 'a')
    await store.createDocument(newDocument({ place: placeOf('old') }))
    await store.createDocument(newDocument({ fileId: 'File_2', key: 'd2', place: placeOf('b') }))
    const before = await readFirst(store)
    const place = (lockVersion: number, nameKey: string, containerId?: string, key = 'd1') =>
      store.placeDocument(key, lockVersion, { name: 'x', place: placeOf(nameKey, containerId) })

    const outcomes = [
      await place(1, 'x'),
      await place(0, 'x', undefined, 'unknown'),
      await place(0, 'a'),
      await place(0, 'b'),
      await place(0, 'x', 'unknown'),
    ]

    assert.deepEqual(
      outcomes.map((outcome) => !outcome.ok && outcome.reason),
      ['changed', 'changed', 'name-taken', 'name-taken', 'container-gone'],
    )
    assert.deepEqual(await readFirst(store), before)
    assert.deepEqual(await namesIn(store), ['a', 'b', 'old'])
  })

  test('placeDocument lets one of fifty documents have a name', async ({ store }) => {
    await createTree(store)
    const keys = Array.from({ length: 50 }, (_, index) => `d${index}`)
    for (const key of keys)
      await store.createDocument(newDocument({ fileId: key, key, newPacks: [] }))

    const placed = await countOf(
      keys.length,
      (index) => store.placeDocument(`d${index}`, 0, { name: 'Wanted', place: placeOf('wanted') }),
      ({ ok }) => ok,
    )

    assert.equal(placed, 1)
    assert.deepEqual(await namesIn(store), ['wanted'])
  })

  test('placeDocument lets one of many callers rename a document', async ({ store }) => {
    await createTree(store)
    await store.createDocument(newDocument({ place: placeOf('old') }))

    const placed = await countOf(
      50,
      (index) =>
        store.placeDocument('d1', 0, { name: `name ${index}`, place: placeOf(`name ${index}`) }),
      ({ ok }) => ok,
    )

    assert.equal(placed, 1)
    assert.deepEqual(await namesIn(store), [(await readFirst(store))?.name])
  })

  test('placeDocument or deleteDocument wins, and the other one changes nothing', async ({
    store,
  }) => {
    await createTree(store)
    await store.createDocument(newDocument({ place: placeOf('old') }))

    const [placed, deleted] = await Promise.all([
      store.placeDocument('d1', 0, { name: 'New', place: placeOf('new') }),
      store.deleteDocument('d1', { manifestId: 'm1', lockVersion: 0 }),
    ])

    assert.notEqual(placed.ok, deleted.ok)
    assert.equal((await readFirst(store))?.name, placed.ok ? 'New' : undefined)
    assert.deepEqual(await namesIn(store), placed.ok ? ['new'] : [])
  })

  test('placeDocument makes a save fail that was prepared under the former name', async ({
    store,
  }) => {
    await createTree(store)
    await store.createDocument(newDocument({ place: placeOf('old') }))
    await store.placeDocument('d1', 0, { name: 'New', place: placeOf('new') })

    const outcome = await store.commit(newCommit())

    assert.deepEqual(outcome, { ok: false, reason: 'changed' })
  })

  test('commit leaves the name and the place', async ({ store }) => {
    await createTree(store)
    await store.createDocument(newDocument({ place: placeOf('report') }))

    await store.commit(newCommit())

    const document = await readFirst(store)
    assert.deepEqual([document?.name, document?.containerId], ['Report.docx', 'root'])
  })
}
