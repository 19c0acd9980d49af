import assert from 'node:assert/strict'
import test from 'node:test'
import {
  askBootstrapper,
  bootstrapJson,
  createBootstrapHost,
} from '../../../test/helpers/bootstrap-story.ts'
import { follow } from '../../../test/helpers/tree-story.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

const SHORTCUT = 'GET_WOPI_SRC_WITH_ACCESS_TOKEN'

test('BootstrapFileWopiSrc leads to the file at once', async () => {
  const host = await createBootstrapHost()

  const answer = await bootstrapJson(host, SHORTCUT, {
    'X-WOPI-HostNativeFileName': `https://app.example/edit/${host.fileId}`,
  })

  const file = await follow(host, answer.WopiSrcInfo.Url)
  assert.equal(answer.Bootstrap.UserId, 'alice')
  assert.equal(JSON.parse(file.text).BaseFileName, 'report.docx')
})

test('BootstrapFileWopiSrc of nothing that is known is 404', async () => {
  const host = await createBootstrapHost()
  const headers = { 'X-WOPI-HostNativeFileName': 'none' }

  assertRefused(await askBootstrapper(host, SHORTCUT, { headers }), 404)
  assertRefused(await askBootstrapper(host, SHORTCUT), 404)
})
