import assert from 'node:assert/strict'
import type { NewActivity } from '../../ports/metadata/documents.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import { type ContractTest, newDocument, SECOND } from './context.ts'

const activity = (activityId: string): NewActivity => ({
  activityId,
  type: 'Comment',
  userId: 'alice',
  json: JSON.stringify({ id: activityId, text: 'ä' }),
})

const listedIds = async (store: MetadataStore, limit = 100, documentKey = 'd1') => {
  const listed = await store.listActivities(documentKey, limit)
  return listed.map(({ activityId }) => activityId)
}

/** The sentences of the port about activities. */
export function activityContract(test: ContractTest): void {
  test('listActivities lists what was appended, newest first, with its time', async ({
    store,
    advance,
  }) => {
    const created = await store.createDocument(newDocument())
    assert.ok(created.ok)
    await store.appendActivities('d1', [activity('a'), activity('b')], 10)
    await advance(SECOND)

    await store.appendActivities('d1', [activity('c')], 10)

    assert.deepEqual(await store.listActivities('d1', 10), [
      { ...activity('c'), receivedAt: created.now + SECOND },
      { ...activity('b'), receivedAt: created.now },
      { ...activity('a'), receivedAt: created.now },
    ])
    assert.deepEqual(await listedIds(store, 2), ['c', 'b'])
  })

  test('appendActivities drops all but the newest, also of its own', async ({ store }) => {
    await store.createDocument(newDocument())
    await store.appendActivities('d1', [activity('a'), activity('b')], 10)

    await store.appendActivities('d1', [activity('c'), activity('d')], 3)
    const three = await listedIds(store)
    await store.appendActivities('d1', [activity('e'), activity('f')], 1)
    const one = await listedIds(store)
    await store.appendActivities('d1', [], 0)
    const none = await listedIds(store)

    assert.deepEqual([three, one, none], [['d', 'c', 'b'], ['f'], []])
  })

  test('appendActivities adds an activity again that was there already', async ({ store }) => {
    await store.createDocument(newDocument())

    await store.appendActivities('d1', [activity('a')], 10)
    await store.appendActivities('d1', [activity('a')], 10)

    assert.deepEqual(await listedIds(store), ['a', 'a'])
  })

  test('appendActivities keeps those of one document apart from those of others', async ({
    store,
  }) => {
    await store.createDocument(newDocument())
    await store.createDocument(newDocument({ fileId: 'File_2', key: 'd2' }))
    await store.appendActivities('d1', [activity('a')], 1)

    await store.appendActivities('d2', [activity('b')], 1)

    assert.deepEqual(await listedIds(store), ['a'])
    assert.deepEqual(await listedIds(store, 100, 'd2'), ['b'])
  })

  test('appendActivities does nothing when there is no such document', async ({ store }) => {
    await store.appendActivities('d1', [activity('a')], 10)
    await store.createDocument(newDocument())

    assert.deepEqual(await listedIds(store), [])
  })

  test('appendActivities by many callers at once loses none', async ({ store }) => {
    await store.createDocument(newDocument())
    const ids = Array.from({ length: 50 }, (_, index) => `a${index}`)

    await Promise.all(ids.map((id) => store.appendActivities('d1', [activity(id)], 50)))

    assert.deepEqual((await listedIds(store)).sort(), ids.sort())
  })
}
