import assert from 'node:assert/strict'
import test from 'node:test'
import {
  hostWithSettings,
  listSettings,
  STANDARD,
  upload,
} from '../../../test/helpers/settings-story.ts'
import { createTestHost } from '../../../test/helpers/test-host.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

test('ListSettings lists the files of the user whose token it is, or of all', async () => {
  const host = await hostWithSettings()
  await upload(host, STANDARD)
  await upload(host, '/settings/systemconfig/autotext/ours.bau', { token: 'admin:read' })

  const users = await Promise.all(
    ['alice:read', 'bob:read'].map(async (token) => {
      const user = JSON.parse((await listSettings(host, 'userconfig', token)).text)
      const shared = JSON.parse((await listSettings(host, 'systemconfig', token)).text)
      return [Object.keys(user), Object.keys(shared)]
    }),
  )

  assert.deepEqual(users, [
    [
      ['wordbook', 'kind'],
      ['autotext', 'kind'],
    ],
    [['kind'], ['autotext', 'kind']],
  ])
})

test('ListSettings is 400 for a type that is none', async () => {
  const host = await hostWithSettings()

  for (const type of ['', 'constructor', 'user']) assertRefused(await listSettings(host, type), 400)
})

test('ListSettings is 501 at a host without settings, and 401 without a valid token', async () => {
  const without = await createTestHost()
  const host = await hostWithSettings()

  assertRefused(await listSettings(without, 'userconfig'), 501)
  assertRefused(await listSettings(host, 'userconfig', 'nobody'), 401)
})
