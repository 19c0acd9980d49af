import assert from 'node:assert/strict'
import test from 'node:test'
import { createApplication } from '../../../test/helpers/application.ts'
import {
  createTestHost,
  MINUTE,
  once,
  type TestHost,
  testBytes,
} from '../../../test/helpers/test-host.ts'
import { getChunkedFile } from '../../../test/helpers/wopi-story.ts'
import type { SourceTree } from '../../ports/document-source.ts'
import { WopiError } from '../../protocol/errors.ts'

const CONTENT = testBytes(50)
const ROOT = { containerId: 'root', name: 'Home', ownerId: 'ada', parentId: null }
const FILE = { fileId: 'doc', name: 'report.docx', size: 50, modifiedAt: 5 }

test('createApplicationTree without a tree of the application changes none of its documents', async () => {
  const host = await hostOf(undefined)
  const { document } = await found(host)

  const none = { rename: false, delete: false, create: false, containers: false }
  assert.deepEqual(host.tree.can(document), none)
  assert.equal(await host.tree.containerOf(document), null)
  await assert.rejects(host.tree.renameFile(document, 'x.docx'), notSupported)
  await assert.rejects(host.tree.deleteFile(document), notSupported)
})

test('createApplicationTree without a tree of the application keeps the tree of the host’s own documents', async () => {
  const host = await hostOf(undefined)
  const { containerId } = await host.tree.root({ userId: 'ada' })

  const file = { containerId, name: 'own.docx', userId: 'ada', content: once(CONTENT) }
  const created = await host.tree.createFile(file)

  assert.ok(created.ok)
  const own = await host.content.metadata.readDocument(created.fileId)
  assert.ok(own && host.tree.can(own.document).rename)
  assert.deepEqual(await host.tree.renameFile(own.document, 'other.docx'), { ok: true })
})

test('createApplicationTree takes names and places from the tree of the application', async () => {
  const calls: unknown[] = []
  const host = await hostOf(recordingTree(calls))
  const { document } = await found(host)

  assert.equal(host.tree.can(document).containers, true)
  assert.deepEqual(await host.tree.root({ userId: 'ada' }), ROOT)
  assert.deepEqual(await host.tree.renameFile(document, 'new.docx'), { ok: true })
  assert.deepEqual(await host.tree.deleteFile(document), { ok: true })

  assert.deepEqual(calls, [
    ['renameFile', 'doc', 'new.docx'],
    ['deleteFile', 'doc'],
  ])
  assert.equal(await host.content.metadata.readDocument('doc'), undefined)
})

test('createApplicationTree lists files with the version, size and time of CheckFileInfo', async () => {
  const host = await hostOf(recordingTree([]))
  await host.lock('L')
  host.advance(MINUTE)
  const saved = testBytes(70)
  await host.put(saved, 'L')

  const { files } = await host.tree.children('root', 10)

  assert.deepEqual(files, [
    { ...FILE, version: '2', size: saved.length, modifiedAt: host.now() },
    { ...FILE, fileId: 'unseen', version: '1' },
  ])
})

test('createApplicationTree lists a file that the application has changed with its next version', async () => {
  const revisions = { known: 'r1', other: 'r2' }
  const versions: string[] = []
  for (const revision of Object.values(revisions)) {
    const host = await hostOf({
      ...recordingTree([]),
      children: async () => ({ containers: [], files: [{ ...FILE, revision }] }),
    })
    await host.send(undefined)
    const [file] = (await host.tree.children('root', 10)).files
    assert.deepEqual(file, { ...FILE, version: file?.version })
    versions.push(file?.version ?? '')
  }

  assert.deepEqual(versions, ['1', '2'])
})

test('createApplicationTree neither renames nor deletes a file that was locked or saved meanwhile', async () => {
  const calls: unknown[] = []
  const host = await hostOf(recordingTree(calls))
  const { document } = await found(host)
  await host.lock('L')

  const changed = { ok: false, reason: 'changed' }
  assert.deepEqual(await host.tree.renameFile(document, 'new.docx'), changed)
  assert.deepEqual(await host.tree.deleteFile(document), changed)

  assert.deepEqual(calls, [])
})

test('createApplicationTree forgets a deleted file, also when it was locked or signed meanwhile', async () => {
  const host: TestHost = await hostOf({
    ...recordingTree([]),
    async deleteFile() {
      await getChunkedFile(host)
      await host.lock('L')
    },
  })
  const { document } = await found(host)

  assert.deepEqual(await host.tree.deleteFile(document), { ok: true })

  assert.equal(await host.content.metadata.readDocument('doc'), undefined)
})

test('createApplicationTree keeps a save that comes while its file is deleted', async () => {
  const host: TestHost = await hostOf({
    ...recordingTree([]),
    async deleteFile() {
      await host.lock('L')
      await host.put(testBytes(5), 'L')
    },
  })
  const { document } = await found(host)

  await host.tree.deleteFile(document)

  assert.equal((await host.content.metadata.listDeliveries(9)).deliveries.length, 1)
})

test('createApplicationTree refuses to rename a file that the application no longer has', async () => {
  const tree = recordingTree([])
  const host = await hostOf({ ...tree, renameFile: async () => ({ ok: false, reason: 'gone' }) })
  const { document } = await found(host)

  await assert.rejects(
    host.tree.renameFile(document, 'new.docx'),
    (error) => error instanceof WopiError && error.code === 'NOT_FOUND',
  )
})

test('createApplicationTree stops content of a new file that is too large', async () => {
  const stored: number[] = []
  const host = await hostOf({
    ...recordingTree([]),
    async createFile({ content }) {
      for await (const bytes of content) stored.push(bytes.length)
      return { ok: true, fileId: 'never', name: 'a' }
    },
  })

  async function* large() {
    for (let i = 0; i < 5; i++) yield new Uint8Array(40)
  }
  const file = { containerId: null, name: 'a', userId: 'ada', content: large() }

  await assert.rejects(
    host.tree.createFile(file),
    (error) => error instanceof WopiError && error.code === 'TOO_LARGE',
  )
  assert.deepEqual(stored, [40, 40])
})

async function hostOf(tree: SourceTree | undefined): Promise<TestHost> {
  const application = createApplication(tree ? { tree } : {})
  application.write('doc', CONTENT)
  return createTestHost({ application: application.source, limits: { maxFileBytes: 100 } })
}

async function found(host: TestHost) {
  const signal = AbortSignal.any([])
  const document = await host.content.findDocument('doc', { signal })
  assert.ok(document)
  return document
}

function recordingTree(calls: unknown[]): SourceTree {
  return {
    root: async () => ROOT,
    container: async () => ROOT,
    path: async () => [ROOT],
    find: async () => undefined,
    createFile: async ({ name }) => ({ ok: true, fileId: 'new', name }),
    createContainer: async () => ({ ok: true, container: ROOT }),
    renameContainer: async () => ({ ok: true }),
    deleteContainer: async () => ({ ok: true }),
    async children() {
      return { containers: [], files: [FILE, { ...FILE, fileId: 'unseen' }] }
    },
    async renameFile(...all) {
      calls.push(['renameFile', ...all])
      return { ok: true }
    },
    async deleteFile(...all) {
      calls.push(['deleteFile', ...all])
    },
  }
}

function notSupported(error: unknown): boolean {
  return error instanceof WopiError && error.code === 'NOT_SUPPORTED'
}
