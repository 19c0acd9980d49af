import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost, START, type TestHost, testBytes } from '../../../test/helpers/test-host.ts'
import {
  accessHiding,
  addContainer,
  addFile,
  ask,
  askJson,
  follow,
  rootId,
} from '../../../test/helpers/tree-story.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

const childrenOf = (containerId: string) => `/wopi/containers/${containerId}/children`

const fileNames = async (host: TestHost, containerId: string, filter?: string) => {
  const headers = filter === undefined ? {} : { 'X-WOPI-FileExtensionFilterList': filter }
  const { ChildFiles } = await askJson(host, childrenOf(containerId), { headers })
  return ChildFiles.map(({ Name }: { Name: string }) => Name)
}

test('EnumerateChildren lists containers and files, in the order of their names', async () => {
  const host = await createTestHost()
  const contracts = await addContainer(host, 'Contracts')
  await addContainer(host, 'b', contracts)
  await addContainer(host, 'A', contracts)
  await addFile(host, 'z.docx', { containerId: contracts })
  const content = testBytes(10)
  const fileId = await addFile(host, 'Report.docx', { containerId: contracts, content })
  await addFile(host, 'elsewhere.docx')

  const children = await askJson(host, childrenOf(contracts))

  const [a, b] = children.ChildContainers
  const [report, z] = children.ChildFiles
  assert.deepEqual([a.Name, b.Name, report.Name, z.Name], ['A', 'b', 'Report.docx', 'z.docx'])
  assert.deepEqual([children.ChildContainers.length, children.ChildFiles.length], [2, 2])
  const { Url, ...rest } = report
  const info = JSON.parse((await follow(host, Url)).text)
  assert.deepEqual(rest, {
    Name: 'Report.docx',
    Size: 10,
    Version: info.Version,
    LastModifiedTime: new Date(START).toISOString().replace('Z', '0000Z'),
  })
  assert.ok(Url.startsWith(`https://docs.example/wopi/files/${fileId}?access_token=alice`))
  assert.equal(JSON.parse((await follow(host, a.Url)).text).Name, 'A')
})

test('EnumerateChildren of an empty container answers two empty lists', async () => {
  const host = await createTestHost()

  const children = await askJson(host, childrenOf(await addContainer(host, 'Empty')))

  assert.deepEqual(children, { ChildContainers: [], ChildFiles: [] })
})

test('EnumerateChildren filters files by extension, in any case, and no containers', async () => {
  const host = await createTestHost()
  const folder = await addContainer(host, 'Folder')
  await addContainer(host, 'x.pdf', folder)
  for (const name of ['a.docx', 'b.XLSX', 'c.pdf', 'd', 'docx'])
    await addFile(host, name, { containerId: folder })

  assert.deepEqual(await fileNames(host, folder, '.docx'), ['a.docx'])
  assert.deepEqual(await fileNames(host, folder, '.DOCX,.xlsx'), ['a.docx', 'b.XLSX'])
  assert.deepEqual(await fileNames(host, folder, '.pptx'), [])
  const headers = { 'X-WOPI-FileExtensionFilterList': '.docx' }
  const { ChildContainers } = await askJson(host, childrenOf(folder), { headers })
  assert.equal(ChildContainers.length, 1)
})

test('EnumerateChildren takes a malformed filter for none', async () => {
  const host = await createTestHost()
  const folder = await addContainer(host, 'Folder')
  await addFile(host, 'a.docx', { containerId: folder })
  await addFile(host, 'b.pdf', { containerId: folder })

  for (const filter of ['docx', '*', '.', '.docx,', '.docx;.pdf'])
    assert.equal((await fileNames(host, folder, filter)).length, 2, filter)
})

test('EnumerateChildren leaves out what the user may not see', async () => {
  const hidden = new Set<string>()
  const host = await createTestHost({ access: accessHiding(hidden) })
  const folder = await addContainer(host, 'Folder')
  hidden.add(await addContainer(host, 'Secret', folder))
  hidden.add(await addFile(host, 'secret.docx', { containerId: folder }))
  await addFile(host, 'open.docx', { containerId: folder })

  const { ChildContainers, ChildFiles } = await askJson(host, childrenOf(folder))

  assert.equal(ChildContainers.length, 0)
  assert.deepEqual(
    ChildFiles.map(({ Name }: { Name: string }) => Name),
    ['open.docx'],
  )
})

test('EnumerateChildren keeps the order of many files, with a token for each', async () => {
  const host = await createTestHost()
  const folder = await addContainer(host, 'Folder')
  const names = Array.from({ length: 100 }, (_, i) => `${String(i).padStart(3, '0')}.docx`)
  for (const name of names.toReversed()) await addFile(host, name, { containerId: folder })

  assert.deepEqual(await fileNames(host, folder), names)
})

test('EnumerateChildren of more than it may tell says that the list is incomplete', async () => {
  const host = await createTestHost()
  const root = await rootId(host)
  const file = { fileId: 'f', name: 'f.docx', size: 0, version: '1', modifiedAt: START }
  host.tree.children = async (_, limit) => ({
    containers: [],
    files: Array.from({ length: limit }, () => file),
  })

  const reply = await ask(host, childrenOf(root))

  assert.equal(reply.headers.get('X-WOPI-EnumerationIncomplete'), 'true')
  assert.equal(JSON.parse(reply.text).ChildFiles.length, 10_000)
})

test('EnumerateChildren is 501 without the right to browse, 404 without a container', async () => {
  const host = await createTestHost()
  const root = await rootId(host)

  assertRefused(await ask(host, childrenOf(root), { token: 'alice:write' }), 501)
  assertRefused(await ask(host, childrenOf(root), { token: 'alice:none' }), 404)
  assertRefused(await ask(host, childrenOf(root), { token: 'forged' }), 401)
  assertRefused(await ask(host, childrenOf('none')), 404)
})
