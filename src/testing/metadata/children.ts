import assert from 'node:assert/strict'
import { type ContractTest, createTree, namesIn, newDocument, placeOf } from './context.ts'

/** The sentences of the port about what is in a container. */
export function childrenContract(test: ContractTest): void {
  test('listChildren lists containers and documents together, by their names', async ({
    store,
  }) => {
    await createTree(store, 'b')
    await store.createDocument(newDocument({ place: placeOf('c'), sourceRevision: 'r1' }))
    await store.createDocument(
      newDocument({ fileId: 'File_2', key: 'd2', name: 'A', place: placeOf('a') }),
    )

    const children = await store.listChildren('root', { limit: 10 })

    assert.deepEqual(children, [
      {
        nameKey: 'a',
        kind: 'document',
        document: (await store.readDocument('File_2'))?.document,
      },
      { nameKey: 'b', kind: 'container', container: await store.readContainer('b') },
      {
        nameKey: 'c',
        kind: 'document',
        document: (await store.readDocument('File_1'))?.document,
      },
    ])
  })

  test('listChildren goes through all children in pages', async ({ store }) => {
    await createTree(store, 'd', 'a', 'c', 'b')

    const first = await store.listChildren('root', { limit: 2 })
    const rest = await store.listChildren('root', { limit: 9, after: 'b' })
    const none = await store.listChildren('root', { limit: 9, after: 'd' })

    assert.deepEqual(
      [first, rest, none].map((page) => page.map(({ nameKey }) => nameKey)),
      [['a', 'b'], ['c', 'd'], []],
    )
  })

  test('listChildren orders names by code points, and pages by the same order', async ({
    store,
  }) => {
    // The surrogates of the last one are smaller than the letter before it.
    const ordered = ['Z', 'a', 'ä', '文', 'Ａ', '🌊']
    await createTree(store)
    for (const [index, nameKey] of [...ordered.entries()].reverse())
      await store.createDocument(
        newDocument({ fileId: `f${index}`, key: `d${index}`, place: placeOf(nameKey) }),
      )

    const afterWide = await store.listChildren('root', { after: 'Ａ', limit: 9 })

    assert.deepEqual(await namesIn(store), ordered)
    assert.deepEqual(
      afterWide.map(({ nameKey }) => nameKey),
      ['🌊'],
    )
  })

  test('listChildren looks into one container only, and not below it', async ({ store }) => {
    await createTree(store, 'a')
    await store.createDocument(newDocument({ place: placeOf('inside', 'a') }))

    assert.deepEqual(await namesIn(store), ['a'])
    assert.deepEqual(await namesIn(store, 'a'), ['inside'])
    assert.deepEqual(await namesIn(store, 'unknown'), [])
  })

  test('findChild finds a container and a document by their names', async ({ store }) => {
    await createTree(store, 'a')
    await store.createDocument(newDocument({ place: placeOf('file', 'a') }))

    assert.deepEqual(await store.findChild('root', 'a'), {
      nameKey: 'a',
      kind: 'container',
      container: await store.readContainer('a'),
    })
    assert.deepEqual(await store.findChild('a', 'file'), {
      nameKey: 'file',
      kind: 'document',
      document: (await store.readDocument('File_1'))?.document,
    })
  })

  test('findChild finds nothing in another container or under another key', async ({ store }) => {
    await createTree(store, 'a')
    await store.createDocument(newDocument({ place: placeOf('file', 'a') }))

    assert.equal(await store.findChild('root', 'file'), undefined)
    assert.equal(await store.findChild('a', 'FILE'), undefined)
    assert.equal(await store.findChild('a', 'constructor'), undefined)
    assert.equal(await store.findChild('unknown', 'file'), undefined)
  })
}
