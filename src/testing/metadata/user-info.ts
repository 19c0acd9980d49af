import assert from 'node:assert/strict'
import type { ContractTest } from './context.ts'

/** The sentences of the port about what clients store about users. */
export function userInfoContract(test: ContractTest): void {
  test('readUserInfo returns what was written last about this user', async ({ store }) => {
    await store.writeUserInfo('alice', 'first')
    await store.writeUserInfo('bob', '')
    await store.writeUserInfo('alice', 'zweites "ä" 🌊')

    assert.equal(await store.readUserInfo('alice'), 'zweites "ä" 🌊')
    assert.equal(await store.readUserInfo('bob'), '')
  })

  test('readUserInfo tells users apart by case and knows no other', async ({ store }) => {
    await store.writeUserInfo('alice', 'info')

    assert.equal(await store.readUserInfo('Alice'), undefined)
    assert.equal(await store.readUserInfo('constructor'), undefined)
    assert.equal(await store.readUserInfo(''), undefined)
  })

  test('writeUserInfo by many callers keeps the text of one of them', async ({ store }) => {
    const infos = Array.from({ length: 50 }, (_, index) => `info ${index}`)

    await Promise.all(infos.map((info) => store.writeUserInfo('alice', info)))

    assert.ok(infos.includes((await store.readUserInfo('alice')) ?? ''))
  })
}
