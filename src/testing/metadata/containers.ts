import assert from 'node:assert/strict'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import {
  type ContractTest,
  countOf,
  createTree,
  namesIn,
  newContainer,
  newDocument,
  placeOf,
} from './context.ts'

const createIn = (store: MetadataStore, parentId: string, containerId: string) =>
  store.createContainer(newContainer({ containerId, place: placeOf(containerId, parentId) }))

const ancestorIds = async (store: MetadataStore, containerId: string, limit = 100) => {
  const ancestors = await store.listAncestors(containerId, limit)
  return ancestors.map((container) => container.containerId)
}

/** The sentences of the port about containers and the tree that they are. */
export function containerContract(test: ContractTest): void {
  test('ensureRootContainer gives all callers the container of the first', async ({ store }) => {
    const [first, ...others] = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const containerId = `root-${index}`
        return store.ensureRootContainer({ containerId, name: `${index}`, ownerId: 'system' })
      }),
    )

    assert.ok(first)
    assert.match(first.containerId, /^root-/)
    assert.equal(first.parentId, null)
    assert.deepEqual(others, Array(19).fill(first))
    assert.deepEqual(await store.readContainer(first.containerId), first)
  })

  test('createContainer adds an empty container', async ({ store }) => {
    await createTree(store)

    const created = await store.createContainer(newContainer())

    const container = {
      containerId: 'Box_1',
      name: 'Box 1',
      ownerId: 'owner',
      parentId: 'root',
    }
    assert.deepEqual(created, { ok: true, container })
    assert.deepEqual(await store.readContainer('Box_1'), container)
    assert.deepEqual(await namesIn(store, 'Box_1'), [])
  })

  test('createContainer refuses a containerId that is taken', async ({ store }) => {
    await createTree(store, 'a')

    for (const containerId of ['a', 'root'])
      assert.deepEqual(
        await store.createContainer(newContainer({ containerId, place: placeOf('free') })),
        { ok: false, reason: 'exists' },
      )

    assert.deepEqual(await namesIn(store), ['a'])
  })

  test('createContainer refuses a name that a container or a document has', async ({ store }) => {
    await createTree(store, 'a')
    await store.createDocument(newDocument({ place: placeOf('b') }))

    for (const nameKey of ['a', 'b'])
      assert.deepEqual(await store.createContainer(newContainer({ place: placeOf(nameKey) })), {
        ok: false,
        reason: 'name-taken',
      })

    assert.equal(await store.readContainer('Box_1'), undefined)
  })

  test('createContainer refuses a parent that does not exist', async ({ store }) => {
    await createTree(store)

    assert.deepEqual(await createIn(store, 'Root', 'a'), { ok: false, reason: 'container-gone' })
    assert.equal(await store.readContainer('a'), undefined)
  })

  test('createContainer lets one of fifty callers have a name', async ({ store }) => {
    await createTree(store)

    const created = await countOf(
      50,
      (index) => store.createContainer(newContainer({ containerId: `c${index}` })),
      ({ ok }) => ok,
    )

    assert.equal(created, 1)
    assert.deepEqual(await namesIn(store), ['box 1'])
  })

  test('createContainer and createDocument of one name at the same time: one of them wins', async ({
    store,
  }) => {
    await createTree(store)

    const created = await countOf<{ ok: boolean }>(
      50,
      (index) => {
        const id = `id${index}`
        const place = placeOf('wanted')
        return index % 2 === 0
          ? store.createContainer(newContainer({ containerId: id, place }))
          : store.createDocument(newDocument({ fileId: id, key: id, place }))
      },
      ({ ok }) => ok,
    )

    assert.equal(created, 1)
    assert.deepEqual(await namesIn(store), ['wanted'])
  })

  test('readContainer knows only what was created', async ({ store }) => {
    await createTree(store)

    assert.equal(await store.readContainer('Root'), undefined)
    assert.equal(await store.readContainer('constructor'), undefined)
    assert.equal(await store.readContainer(''), undefined)
  })

  test('listAncestors lists a container and those above it, the root first', async ({ store }) => {
    await createTree(store, 'a', 'other')
    await createIn(store, 'a', 'b')
    await createIn(store, 'b', 'c')

    assert.deepEqual(await ancestorIds(store, 'c'), ['root', 'a', 'b', 'c'])
    assert.deepEqual(await store.listAncestors('root', 9), [await store.readContainer('root')])
    assert.deepEqual(await store.listAncestors('unknown', 9), [])
  })

  test('listAncestors keeps those nearest to the container when there are too many', async ({
    store,
  }) => {
    await createTree(store, 'a')
    await createIn(store, 'a', 'b')
    await createIn(store, 'b', 'c')

    assert.deepEqual(await ancestorIds(store, 'c', 2), ['b', 'c'])
    assert.deepEqual(await ancestorIds(store, 'c', 0), [])
  })

  test('placeContainer moves a container with all that is in it, under its id', async ({
    store,
  }) => {
    await createTree(store, 'a', 'b')
    await createIn(store, 'a', 'inside')

    const moved = await store.placeContainer('a', { name: 'New A', place: placeOf('new', 'b') })

    assert.deepEqual(moved, { ok: true })
    assert.deepEqual(await store.readContainer('a'), {
      containerId: 'a',
      name: 'New A',
      ownerId: 'owner',
      parentId: 'b',
    })
    assert.deepEqual(await ancestorIds(store, 'inside'), ['root', 'b', 'a', 'inside'])
    assert.deepEqual([await namesIn(store), await namesIn(store, 'b')], [['b'], ['new']])
  })

  test('placeContainer may give the same key again, with other letters', async ({ store }) => {
    await createTree(store, 'a')

    const renamed = await store.placeContainer('a', { name: 'A', place: placeOf('a') })

    assert.deepEqual(renamed, { ok: true })
    assert.equal((await store.readContainer('a'))?.name, 'A')
    assert.deepEqual(await namesIn(store), ['a'])
  })

  test('placeContainer frees the name that the container had', async ({ store }) => {
    await createTree(store, 'a')

    await store.placeContainer('a', { name: 'b', place: placeOf('b') })
    const again = await store.createContainer(newContainer({ place: placeOf('a') }))

    assert.equal(again.ok, true)
  })

  test('placeContainer gives the root another name, and no place', async ({ store }) => {
    await createTree(store, 'a')

    const renamed = await store.placeContainer('root', { name: 'Alles', place: null })
    const placed = await store.placeContainer('root', { name: 'x', place: placeOf('x') })
    const second = await store.placeContainer('a', { name: 'x', place: null })

    assert.deepEqual(renamed, { ok: true })
    assert.deepEqual([placed, second], Array(2).fill({ ok: false, reason: 'cycle' }))
    assert.equal((await store.readContainer('root'))?.name, 'Alles')
    assert.equal((await store.readContainer('a'))?.parentId, 'root')
  })

  test('placeContainer refuses a parent that is the container itself or below it', async ({
    store,
  }) => {
    await createTree(store, 'a')
    await createIn(store, 'a', 'b')
    await createIn(store, 'b', 'c')

    for (const parentId of ['a', 'b', 'c'])
      assert.deepEqual(
        await store.placeContainer('a', { name: 'x', place: placeOf('x', parentId) }),
        { ok: false, reason: 'cycle' },
      )

    assert.deepEqual(await ancestorIds(store, 'c'), ['root', 'a', 'b', 'c'])
  })

  test('placeContainer refuses what is gone and a name that is taken', async ({ store }) => {
    await createTree(store, 'a', 'b')
    await store.createDocument(newDocument({ place: placeOf('file') }))
    const place = (containerId: string, nameKey: string, parentId?: string) =>
      store.placeContainer(containerId, { name: 'x', place: placeOf(nameKey, parentId) })

    const outcomes = [
      await place('unknown', 'x'),
      await place('a', 'x', 'unknown'),
      await place('a', 'b'),
      await place('a', 'file'),
    ]

    assert.deepEqual(
      outcomes.map((outcome) => !outcome.ok && outcome.reason),
      ['gone', 'container-gone', 'name-taken', 'name-taken'],
    )
    assert.equal((await store.readContainer('a'))?.name, 'Box 1')
    assert.deepEqual(await namesIn(store), ['a', 'b', 'file'])
  })

  test('deleteContainer deletes an empty container, whose name and id are free', async ({
    store,
  }) => {
    await createTree(store, 'a')

    const deleted = await store.deleteContainer('a')
    const again = await store.deleteContainer('a')

    assert.deepEqual([deleted, again], [{ ok: true }, { ok: false, reason: 'gone' }])
    assert.equal(await store.readContainer('a'), undefined)
    assert.deepEqual(await namesIn(store), [])
    assert.equal((await createIn(store, 'root', 'a')).ok, true)
  })

  test('deleteContainer refuses one with a container or a document in it', async ({ store }) => {
    await createTree(store, 'a', 'b')
    await createIn(store, 'a', 'inside')
    await store.createDocument(newDocument({ place: placeOf('file', 'b') }))

    const refused = [await store.deleteContainer('a'), await store.deleteContainer('b')]
    await store.deleteContainer('inside')
    const emptied = await store.deleteContainer('a')

    assert.deepEqual(refused, Array(2).fill({ ok: false, reason: 'not-empty' }))
    assert.equal(emptied.ok, true)
  })

  test('deleteContainer refuses the root, even when it is empty', async ({ store }) => {
    await createTree(store)

    assert.deepEqual(await store.deleteContainer('root'), { ok: false, reason: 'not-empty' })
    assert.ok(await store.readContainer('root'))
  })

  test('deleteContainer against a create in it: exactly one of them wins', async ({ store }) => {
    await createTree(store, 'a', 'b')

    const [deletedA, createdInA, createdInB, deletedB] = await Promise.all([
      store.deleteContainer('a'),
      createIn(store, 'a', 'inside a'),
      store.createDocument(newDocument({ place: placeOf('inside b', 'b') })),
      store.deleteContainer('b'),
    ])

    assert.notEqual(deletedA.ok, createdInA.ok)
    assert.notEqual(deletedB.ok, createdInB.ok)
    assert.equal((await store.readContainer('a')) !== undefined, createdInA.ok)
    assert.equal((await store.readContainer('b')) !== undefined, createdInB.ok)
  })
}
