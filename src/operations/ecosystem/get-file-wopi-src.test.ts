import assert from 'node:assert/strict'
import test from 'node:test'
import { createApplication } from '../../../test/helpers/application.ts'
import { BASE_URL, createTestHost, type TestHost } from '../../../test/helpers/test-host.ts'
import { accessHiding, ask, askJson, follow } from '../../../test/helpers/tree-story.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'
import type { DocumentSource } from '../../ports/document-source.ts'

const OVERRIDE = 'GET_WOPI_SRC_WITH_ACCESS_TOKEN'
const named = (nativeName: string) => ({
  override: OVERRIDE,
  headers: { 'X-WOPI-HostNativeFileName': nativeName },
})
const refused = async (host: TestHost, nativeName: string) =>
  assertRefused(await ask(host, '/wopi/ecosystem', named(nativeName)), 404)

test('GetFileWopiSrc finds a file by its id, its WOPISrc, and the pages about it', async () => {
  const host = await createTestHost()
  const names = [
    host.fileId,
    `${BASE_URL}/wopi/files/${host.fileId}`,
    `https://app.example/view/${host.fileId}`,
    `https://app.example/edit/${host.fileId}`,
    `https://App.Example:443/edit/${host.fileId}`,
    `https://app.example/share/${host.fileId}/ReadOnly`,
    `https://app.example/share/${host.fileId}/ReadWrite`,
  ]

  for (const name of names) {
    const { Url } = await askJson(host, '/wopi/ecosystem', named(name))

    assert.ok(Url.startsWith(`${BASE_URL}/wopi/files/${host.fileId}?access_token=`), name)
    assert.equal(JSON.parse((await follow(host, Url)).text).BaseFileName, 'report.docx')
  }
})

test('GetFileWopiSrc finds a file by a page that names it anywhere', async () => {
  const pages = {
    view: ({ fileId = '', name = '', userId = '' }) =>
      `https://app.example/a/b?doc=${fileId}&name=${encodeURIComponent(name)}#${userId}`,
  }
  const host = await createTestHost({ features: { pages } })
  const address = `https://app.example/a/b?doc=${host.fileId}&name=report.docx`

  const { Url } = await askJson(host, '/wopi/ecosystem', named(`${address}#alice`))

  assert.ok(Url.includes(host.fileId))
  await refused(host, address)
})

test('GetFileWopiSrc of anything else is 404', async () => {
  const host = await createTestHost()

  await refused(host, 'none')
  await refused(host, `https://evil.example/edit/${host.fileId}`)
  await refused(host, `https://app.example/edit/${host.fileId}?x=1`)
  await refused(host, `${BASE_URL}/wopi/containers/${host.fileId}`)
  await refused(host, 'https://app.example/edit/none')
  await refused(host, `${'a/'.repeat(2000)}${host.fileId}`)
  assertRefused(await ask(host, '/wopi/ecosystem', { override: OVERRIDE }), 404)
})

test('GetFileWopiSrc looks for no more than eight ids in an address', async () => {
  const host = await createTestHost()
  const asked: string[] = []
  const { findDocument } = host.content
  host.content.findDocument = (fileId, request) => {
    asked.push(fileId)
    return findDocument(fileId, request)
  }
  const parts = Array.from({ length: 100 }, (_, i) => `p${i}`)

  await refused(host, `https://app.example/${parts.join('/')}`)

  assert.deepEqual(asked, parts.slice(-8).toReversed())
})

test('GetFileWopiSrc of a file that the user may not see is 404', async () => {
  const hidden = new Set<string>()
  const shared: (string | undefined)[] = []
  const share = ({ fileId }: { fileId?: string }) => {
    shared.push(fileId)
    return `https://app.example/share/${fileId}`
  }
  const access = accessHiding(hidden)
  const host = await createTestHost({ access, features: { pages: { share } } })
  hidden.add(host.fileId)

  await refused(host, host.fileId)
  await refused(host, `https://app.example/share/${host.fileId}`)
  assert.deepEqual(shared, [], 'a link was made to a file that is not theirs')
})

test('GetFileWopiSrc is 501 where there are no containers, 404 without the right to browse', async () => {
  const bare = await createTestHost({ features: { containers: false } })
  const host = await createTestHost()

  assertRefused(await ask(bare, '/wopi/ecosystem', named(bare.fileId)), 501)
  const token = 'alice:write'
  assertRefused(await ask(host, '/wopi/ecosystem', { ...named(host.fileId), token }), 404)
})

test('GetFileWopiSrc has no document looked up that the user has no right to', async () => {
  const application = createApplication()
  application.write('secret', new Uint8Array(9))
  const asked: string[] = []
  const source: DocumentSource = {
    ...application.source,
    find(fileId, options) {
      asked.push(fileId)
      return application.source.find(fileId, options)
    },
  }
  const access = accessHiding(new Set(['secret']))
  const host = await createTestHost({ application: source, access })

  await refused(host, 'secret')
  await refused(host, 'https://app.example/view/secret')

  assert.ok(!asked.includes('secret'))
})
