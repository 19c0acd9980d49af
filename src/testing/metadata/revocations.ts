import assert from 'node:assert/strict'
import type { ContractTest } from './context.ts'

/** The sentences of the port about tokens that were taken back. */
export function revocationContract(test: ContractTest): void {
  test('readRevokedUntil is undefined where no tokens were ever taken back', async ({ store }) => {
    assert.equal(await store.readRevokedUntil({ userId: 'alice', resource: 'file:f1' }), undefined)
  })

  test('revokeTokens takes back what its subject covers, and nothing else', async (opened) => {
    const { store, advance } = opened
    const byUser = await store.revokeTokens({ userId: 'alice' })
    await advance(1000)
    const byFile = await store.revokeTokens({ resource: 'file:f1' })
    await advance(1000)
    const byBoth = await store.revokeTokens({ userId: 'bob', resource: 'file:f2' })
    const until = (userId: string, resource: string) => store.readRevokedUntil({ userId, resource })

    assert.deepEqual([byFile - byUser, byBoth - byFile], [1000, 1000])
    assert.equal(await until('alice', 'file:f1'), byFile)
    assert.equal(await until('alice', 'file:f2'), byUser)
    assert.equal(await until('bob', 'file:f1'), byFile)
    assert.equal(await until('bob', 'file:f2'), byBoth)
    assert.equal(await until('bob', 'file:f3'), undefined)
    assert.equal(await until('Alice', 'file:F1'), undefined)
  })

  test('revokeTokens without a subject takes back all, and later calls move the time', async (opened) => {
    const { store, advance } = opened
    const first = await store.revokeTokens({})
    await advance(1000)
    const second = await store.revokeTokens({})

    assert.equal(second - first, 1000)
    assert.equal(await store.readRevokedUntil({ userId: 'alice', resource: 'file:f1' }), second)
  })

  test('revokeTokens takes back no less when the clock was set back', async (opened) => {
    const { store, advance } = opened
    const first = await store.revokeTokens({ userId: 'alice' })
    await advance(-1000)

    assert.equal(await store.revokeTokens({ userId: 'alice' }), first)
    assert.equal(await store.readRevokedUntil({ userId: 'alice', resource: 'file:f1' }), first)
  })
}
