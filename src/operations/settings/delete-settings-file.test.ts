import assert from 'node:assert/strict'
import test from 'node:test'
import {
  hostWithSettings,
  listSettings,
  NO_FILES,
  remove,
  STANDARD,
  upload,
} from '../../../test/helpers/settings-story.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

test('DeleteSettingsFile deletes a file, and no error is one that is not there', async () => {
  const host = await hostWithSettings()
  await upload(host, STANDARD)

  for (let time = 0; time < 2; time++) assert.equal((await remove(host, STANDARD)).status, 200)

  const listed = JSON.parse((await listSettings(host, 'userconfig')).text)
  assert.deepEqual(listed, { kind: 'user' })
})

test('DeleteSettingsFile is 404 for a user who may not, and 400 for what names no file', async () => {
  const host = await hostWithSettings()
  const ours = '/settings/systemconfig/autotext/ours.bau'
  await upload(host, ours, { token: 'admin:read' })

  assertRefused(await remove(host, ours), 404)
  for (const path of NO_FILES) assertRefused(await remove(host, path), 400)
  const listed = JSON.parse((await listSettings(host, 'systemconfig')).text)
  assert.equal(listed.autotext.length, 1)
})
