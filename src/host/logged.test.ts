import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createSignedAccess } from '../access/signed-access.ts'
import { loggedPath, loggedText } from './logged.ts'

const { accessToken } = await createSignedAccess({ key: new Uint8Array(32).fill(7) }).mint({
  fileId: 'f1',
  userId: 'ada',
  displayName: 'Ada',
  permissions: ['read'],
  ttlMs: 60_000,
})

describe('loggedPath', () => {
  test('loggedPath keeps addresses of operations with their ids, without their query', () => {
    const addresses = [
      '/wopi/files/f1',
      '/wopi/files/a_B-9/contents',
      '/wopi/containers/c1/children',
    ]

    for (const path of addresses) assert.equal(loggedPath(`${path}?access_token=x`), path)
  })

  test('loggedPath hides tokens anywhere in the address', () => {
    const oddities = [
      `/wopi/files/f1;access_token=${accessToken}`,
      `/wopi/files/f1&access_token=${accessToken}`,
      `/wopi/files/f1/access_token=${accessToken}`,
      `/wopi/files/f1/contents/${accessToken}`,
      `/wopi/files/f1#access_token=${accessToken}`,
      `/wopi/files/f1%3Faccess_token=${accessToken}`,
      `/wopi/files/f1%3Faccess%5Ftoken=${accessToken}?access_token=${accessToken}`,
      `/wopi/files/f1/contents;a=${accessToken};access_token=${accessToken}`,
      `//${accessToken}@host/wopi/files/f1`,
      `/wopi/settings/${accessToken}`,
      `/wopi/settings/userconfig/wordbook/a.dic;access_token=${accessToken}`,
      `/${accessToken}`,
      accessToken,
    ]

    for (const target of oddities) {
      const shown = loggedPath(target)
      for (const part of accessToken.split('.')) assert.ok(!shown.includes(part), shown)
    }
    assert.equal(loggedPath(oddities[2] ?? ''), '/wopi/files/…/…')
  })

  test('loggedPath is short for any address', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 5000 }), (path) => {
        assert.ok(loggedPath(`/wopi/${path}`).length <= 200)
      }),
    )
    assert.ok(loggedPath('/wopi/files'.repeat(5000)).length <= 200)
  })
})

describe('loggedText', () => {
  test('loggedText keeps ids as clients send them', () => {
    const id = '{3F2504E0-4F89-11D3-9A0C-0305E82C3301}'

    assert.equal(loggedText(id), id)
  })

  test('loggedText truncates long text and hides tokens, also a truncated one', () => {
    const claims = accessToken.split('.')[1] ?? ''

    assert.equal(loggedText('i'.repeat(20_000)), `${'i'.repeat(256)}…`)
    for (const length of [0, 7, 150, 220, 250]) {
      const shown = loggedText(`${'.'.repeat(length)}${accessToken}`)
      assert.ok(!shown.includes(claims.slice(0, 4)), shown)
    }
  })
})
