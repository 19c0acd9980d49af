import assert from 'node:assert/strict'
import test from 'node:test'
import { hostWithSettings, upload, WORDS } from '../../../test/helpers/settings-story.ts'
import { BASE_URL } from '../../../test/helpers/test-host.ts'
import { assertRefused } from '../../../test/helpers/wopi-story.ts'

test('GetSettingsFile gives a file at the address that was told, whatever its name', async () => {
  const host = await hostWithSettings()

  for (const name of ['standard.dic', 'Größe 100% #1?.dic']) {
    const put = await upload(host, `/settings/userconfig/wordbook/${name}`)
    const { uri } = JSON.parse(put.text).details
    const read = await host.request(uri.slice(BASE_URL.length), { token: undefined })

    assert.match(uri, /\/wopi\/settings\/userconfig\/wordbook\/[^/]+\.dic\?access_token=/)
    assert.deepEqual([read.status, read.body], [200, WORDS])
    assert.match(String(read.headers.get('Content-Disposition')), /^attachment/)
  }
})

test('GetSettingsFile is 404 for a file that is not there, and 400 for what names none', async () => {
  const host = await hostWithSettings()

  assertRefused(await host.request('/wopi/settings/userconfig/wordbook/none.dic'), 404)
  for (const path of ['userconfig/wordbook/..%2F..%2Fa', 'userconfig/wordbook/%2e%2e', '%', 'a'])
    assertRefused(await host.request(`/wopi/settings/${path}`), 400)
})
