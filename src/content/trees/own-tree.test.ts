import assert from 'node:assert/strict'
import test from 'node:test'
import type { Tree } from '../../ports/tree.ts'
import { createMemoryBlobStore } from '../../stores/blobs/memory.ts'
import { createMemoryMetadataStore } from '../../stores/metadata/sqlite/in-memory.ts'
import { createContentServices } from '../create-content.ts'
import type { ContentServices } from '../saving/services.ts'
import { createOwnTree } from './own-tree.ts'

const NOW = Date.UTC(2026, 0, 1)
const USER = { userId: 'alice' }

test('createOwnTree has one root for all users', async () => {
  const { tree } = open()

  const [first, second] = await Promise.all([tree.root(USER), tree.root({ userId: 'bob' })])

  assert.deepEqual(first, second)
  assert.equal(first.parentId, null)
  assert.deepEqual(await tree.container(first.containerId), first)
})

test('createOwnTree puts a new file into its container, where clients can read it', async () => {
  const { tree, services } = open()
  const root = await tree.root(USER)

  const fileId = await addFile(tree, root.containerId, 'a.docx', 'hello')

  const file = await documentOf(services, fileId)
  assert.equal(await tree.containerOf(file), root.containerId)
  assert.deepEqual(await tree.find(root.containerId, 'A.DOCX'), { fileId })
  assert.deepEqual((await tree.children(root.containerId, 10)).files, [
    { fileId, name: 'a.docx', size: 5, version: '1', modifiedAt: NOW },
  ])
})

test('createOwnTree allows equal names outside of the tree', async () => {
  const { tree, services } = open()

  const first = await addFile(tree, null, 'a.docx')
  const second = await addFile(tree, null, 'a.docx')

  assert.notEqual(first, second)
  assert.equal(await tree.containerOf(await documentOf(services, first)), null)
})

test('createOwnTree keeps names unique in a container, ignoring case, for files and containers alike', async () => {
  const { tree } = open()
  const { containerId } = await tree.root(USER)
  await addFile(tree, containerId, 'Report')
  const folder = await addContainer(tree, containerId, 'Folder')
  const file = (name: string) => tree.createFile({ ...USER, containerId, name, content: bytes() })
  const container = (name: string) => tree.createContainer({ ...USER, parentId: containerId, name })

  for (const refused of [await file('REPORT'), await container('report'), await file('folder')])
    assert.deepEqual(refused, { ok: false, reason: 'name-taken' })
  assert.ok((await tree.createContainer({ ...USER, parentId: folder, name: 'Folder' })).ok)
})

test('createOwnTree creates nothing in a container that does not exist', async () => {
  const { tree } = open()
  const gone = { ok: false, reason: 'container-gone' }

  const file = { ...USER, containerId: 'none', name: 'a.docx', content: bytes() }
  assert.deepEqual(await tree.createFile(file), gone)
  assert.deepEqual(await tree.createContainer({ ...USER, parentId: 'none', name: 'a' }), gone)
})

test('createOwnTree adds no file when its content throws', async () => {
  const { tree } = open()
  const { containerId } = await tree.root(USER)
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(3)
    throw new Error('The connection broke')
  }

  const created = tree.createFile({ ...USER, containerId, name: 'a.docx', content: broken() })

  await assert.rejects(created, /The connection broke/)
  assert.equal(await tree.find(containerId, 'a.docx'), undefined)
})

test('path starts at the root container, and keeps the containers nearest to its end', async () => {
  const { tree } = open()
  const root = await tree.root(USER)
  const outer = await addContainer(tree, root.containerId, 'outer')
  const inner = await addContainer(tree, outer, 'inner')
  const names = async (id: string, limit: number) =>
    (await tree.path(id, limit)).map(({ name }) => name)

  assert.deepEqual(await names(inner, 10), ['Documents', 'outer', 'inner'])
  assert.deepEqual(await names(inner, 2), ['outer', 'inner'])
  assert.deepEqual(await names('none', 10), [])
})

test('children lists several pages in the order of names, up to the limit', async () => {
  const { tree } = open()
  const { containerId } = await tree.root(USER)
  const names = Array.from({ length: 1_100 }, (_, i) => `${String(i).padStart(4, '0')}.docx`)
  for (const name of names.toReversed()) await addFile(tree, containerId, name)
  await addContainer(tree, containerId, 'zzz')
  const listed = async (limit: number) => {
    const { containers, files } = await tree.children(containerId, limit)
    return [...files, ...containers].map(({ name }) => name)
  }

  assert.deepEqual(await listed(10_000), [...names, 'zzz'])
  assert.deepEqual(await listed(1_000), names.slice(0, 1_000))
  assert.deepEqual(await listed(501), names.slice(0, 501))
})

test('children that nobody wants do not count, however many come before', async () => {
  const { tree } = open()
  const { containerId } = await tree.root(USER)
  for (const name of ['a.pdf', 'b.pdf', 'c.docx', 'd.pdf', 'e.docx', 'f.docx'])
    await addFile(tree, containerId, name)

  const { files } = await tree.children(containerId, 2, (name) => name.endsWith('.docx'))

  assert.deepEqual(
    files.map(({ name }) => name),
    ['c.docx', 'e.docx'],
  )
})

test('renameFile keeps id and place, and frees the old name', async () => {
  const { tree, services } = open()
  const { containerId } = await tree.root(USER)
  const fileId = await addFile(tree, containerId, 'a.docx')

  const renamed = await tree.renameFile(await documentOf(services, fileId), 'b.docx')

  assert.deepEqual(renamed, { ok: true })
  assert.equal((await documentOf(services, fileId)).name, 'b.docx')
  assert.deepEqual(await tree.find(containerId, 'b.docx'), { fileId })
  assert.equal(await tree.find(containerId, 'a.docx'), undefined)
})

test('renameFile refuses a taken name, and a file whose locks have changed', async () => {
  const { tree, services } = open()
  const { containerId } = await tree.root(USER)
  const fileId = await addFile(tree, containerId, 'a.docx')
  await addFile(tree, containerId, 'b.docx')
  const before = await documentOf(services, fileId)

  const taken = await tree.renameFile(before, 'B.docx')
  await services.metadata.replaceLocks(before.key, before.lockVersion, 'locks')
  const changed = await tree.renameFile(before, 'c.docx')

  assert.deepEqual(taken, { ok: false, reason: 'name-taken' })
  assert.deepEqual(changed, { ok: false, reason: 'changed' })
  assert.equal((await documentOf(services, fileId)).name, 'a.docx')
})

test('renameFile changes the case of a name', async () => {
  const { tree, services } = open()
  const { containerId } = await tree.root(USER)
  const fileId = await addFile(tree, containerId, 'a.docx')

  assert.ok((await tree.renameFile(await documentOf(services, fileId), 'A.docx')).ok)
  assert.equal((await documentOf(services, fileId)).name, 'A.docx')
})

test('deleteFile deletes a file and frees its name', async () => {
  const { tree, services } = open()
  const { containerId } = await tree.root(USER)
  const fileId = await addFile(tree, containerId, 'a.docx')

  const deleted = await tree.deleteFile(await documentOf(services, fileId))

  assert.deepEqual(deleted, { ok: true })
  assert.equal(await services.metadata.readDocument(fileId), undefined)
  assert.ok(await addFile(tree, containerId, 'a.docx'))
})

test('deleteFile refuses a file that has changed or whose locks have changed', async () => {
  const { tree, services } = open()
  const { containerId } = await tree.root(USER)
  const fileId = await addFile(tree, containerId, 'a.docx')
  const before = await documentOf(services, fileId)
  await services.metadata.replaceLocks(before.key, before.lockVersion, 'locks')

  assert.deepEqual(await tree.deleteFile(before), { ok: false, reason: 'changed' })
  assert.ok(await services.metadata.readDocument(fileId))
})

test('renameContainer keeps id, place and children', async () => {
  const { tree } = open()
  const root = await tree.root(USER)
  const folder = await addContainer(tree, root.containerId, 'Folder')
  await addFile(tree, folder, 'a.docx')

  assert.deepEqual(await tree.renameContainer(folder, 'Other'), { ok: true })

  const path = await tree.path(folder, 10)
  assert.deepEqual(
    path.map(({ name }) => name),
    ['Documents', 'Other'],
  )
  assert.equal((await tree.children(folder, 10)).files.length, 1)
})

test('renameContainer refuses a taken name, and a container that is gone', async () => {
  const { tree } = open()
  const root = await tree.root(USER)
  const folder = await addContainer(tree, root.containerId, 'Folder')
  await addFile(tree, root.containerId, 'taken')

  const taken = await tree.renameContainer(folder, 'TAKEN')
  const gone = await tree.renameContainer('none', 'Other')

  assert.deepEqual(taken, { ok: false, reason: 'name-taken' })
  assert.deepEqual(gone, { ok: false, reason: 'gone' })
  assert.equal((await tree.container(folder))?.name, 'Folder')
})

test('the root container can be renamed, but not deleted', async () => {
  const { tree } = open()
  const root = await tree.root(USER)

  assert.deepEqual(await tree.renameContainer(root.containerId, 'Files'), { ok: true })
  const deleted = await tree.deleteContainer(root.containerId)

  assert.deepEqual(deleted, { ok: false, reason: 'not-empty' })
  assert.equal((await tree.root(USER)).name, 'Files')
})

test('deleteContainer deletes only an empty container', async () => {
  const { tree, services } = open()
  const root = await tree.root(USER)
  const folder = await addContainer(tree, root.containerId, 'Folder')
  const fileId = await addFile(tree, folder, 'a.docx')

  const full = await tree.deleteContainer(folder)
  await tree.deleteFile(await documentOf(services, fileId))
  const empty = await tree.deleteContainer(folder)
  const again = await tree.deleteContainer(folder)

  assert.deepEqual(full, { ok: false, reason: 'not-empty' })
  assert.deepEqual(empty, { ok: true })
  assert.deepEqual(again, { ok: false, reason: 'gone' })
})

function open(): { tree: Tree; services: ContentServices } {
  const services = createContentServices({
    metadata: createMemoryMetadataStore({ now: () => NOW }),
    blobs: createMemoryBlobStore(),
  })
  return { tree: createOwnTree(services), services }
}

async function addFile(
  tree: Tree,
  containerId: string | null,
  name: string,
  content = '',
): Promise<string> {
  const created = await tree.createFile({ ...USER, containerId, name, content: bytes(content) })
  assert.ok(created.ok)
  return created.fileId
}

async function addContainer(tree: Tree, parentId: string, name: string): Promise<string> {
  const created = await tree.createContainer({ ...USER, parentId, name })
  assert.ok(created.ok)
  return created.container.containerId
}

async function documentOf({ metadata }: ContentServices, fileId: string) {
  const found = await metadata.readDocument(fileId)
  assert.ok(found)
  return found.document
}

async function* bytes(text = ''): AsyncGenerator<Uint8Array> {
  if (text !== '') yield new TextEncoder().encode(text)
}
