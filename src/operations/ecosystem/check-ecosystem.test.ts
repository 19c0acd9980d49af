import assert from 'node:assert/strict'
import test from 'node:test'
import { createTestHost } from '../../../test/helpers/test-host.ts'
import { ask, askJson } from '../../../test/helpers/tree-story.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

test('CheckEcosystem says of containers what CheckFileInfo says', async () => {
  for (const containers of [true, false]) {
    const host = await createTestHost({ features: { containers } })

    const ecosystem = await askJson(host, '/wopi/ecosystem')
    const file = await askJson(host, `/wopi/files/${host.fileId}`)

    assert.deepEqual(ecosystem, { SupportsContainers: containers })
    assert.equal(file.SupportsContainers, containers)
  }
})

test('CheckEcosystem without a valid token is 401, without the right to browse 404', async () => {
  const host = await createTestHost()

  assertRefused(await ask(host, '/wopi/ecosystem', { token: 'forged' }), 401)
  assertRefused(await ask(host, '/wopi/ecosystem', { token: undefined }), 401)
  assertRefused(await ask(host, '/wopi/ecosystem', { token: 'alice:write' }), 404)
})
