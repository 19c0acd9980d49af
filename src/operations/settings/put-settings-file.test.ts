import assert from 'node:assert/strict'
import test from 'node:test'
import {
  hostWithSettings,
  listSettings,
  NO_FILES,
  STANDARD,
  upload,
  WORDS,
} from '../../../test/helpers/settings-story.ts'
import { createTestHost } from '../../../test/helpers/test-host.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'
import { SETTINGS_FILE_MAX_BYTES } from '../../protocol/names.ts'

test('PutSettingsFile stores what Collabora uploads, and tells where', async () => {
  const host = await hostWithSettings()

  const put = await upload(host, STANDARD)

  const { status, filename, details } = JSON.parse(put.text)
  assert.deepEqual([put.status, status, filename], [200, 'success', 'standard.dic'])
  const listed = JSON.parse((await listSettings(host, 'userconfig')).text)
  assert.deepEqual(listed, { kind: 'user', wordbook: [details] })
})

test('PutSettingsFile of what names no file is 400', async () => {
  const host = await hostWithSettings()

  for (const path of NO_FILES) assertRefused(await upload(host, path), 400)
})

test('PutSettingsFile is 404 for a user who may not', async () => {
  const host = await hostWithSettings()

  assertRefused(await upload(host, '/settings/systemconfig/autotext/ours.bau'), 404)
})

test('PutSettingsFile of too much is 413, with and without Content-Length, and changes nothing', async () => {
  const host = await hostWithSettings()
  await upload(host, STANDARD)
  const body = new Uint8Array(SETTINGS_FILE_MAX_BYTES + 1)

  assertRefused(await upload(host, STANDARD, { body }), 413)
  assertRefused(await upload(host, STANDARD, { body, chunked: true }), 413)

  const read = await host.request('/wopi/settings/userconfig/wordbook/standard.dic')
  assert.deepEqual(read.body, WORDS)
})

test('PutSettingsFile is 501 at a host without settings, and 401 without a valid token', async () => {
  const without = await createTestHost()
  const host = await hostWithSettings()

  assertRefused(await upload(without, STANDARD), 501)
  assertRefused(await upload(host, STANDARD, { token: undefined }), 401)
})
