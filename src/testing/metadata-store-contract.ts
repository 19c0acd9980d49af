import assert from 'node:assert/strict'
import type { TestFramework } from './framework.ts'
import { activityContract } from './metadata/activities.ts'
import { childrenContract } from './metadata/children.ts'
import { containerContract } from './metadata/containers.ts'
import { type ContractTest, newDocument, type OpenedMetadataStore } from './metadata/context.ts'
import { deletionContract } from './metadata/deletion.ts'
import { deliveryContract } from './metadata/deliveries.ts'
import { documentContract } from './metadata/documents.ts'
import { epochContract } from './metadata/epoch.ts'
import { packContract } from './metadata/packs.ts'
import { placingContract } from './metadata/placing.ts'
import { raceContract } from './metadata/races.ts'
import { revocationContract } from './metadata/revocations.ts'
import { sessionContract } from './metadata/sessions.ts'
import { userInfoContract } from './metadata/user-info.ts'

export type { OpenedMetadataStore } from './metadata/context.ts'

/**
 * Tests every sentence of the contract of a MetadataStore.
 *
 * @param options.name the name of the suite
 * @param options.open opens an empty store with a clock of its own, which stands still
 *
 * @example
 * ```ts
 * import { createMemoryMetadataStore, metadataStoreContract } from 'wopikit/testing'
 *
 * let tests = 0
 * metadataStoreContract({
 *   name: 'my store',
 *   describe: (_name, body) => body(), // those of node:test, or of another framework
 *   test: () => {
 *     tests += 1
 *   },
 *   async open() {
 *     let now = Date.UTC(2026, 0, 1)
 *     const store = createMemoryMetadataStore({ now: () => now }) // yours
 *     const advance = (ms: number) => {
 *       now += ms
 *     }
 *     return { store, advance }
 *   },
 * })
 *
 * assert.ok(tests > 10)
 * ```
 */
export function metadataStoreContract(
  options: TestFramework & { name: string; open(): Promise<OpenedMetadataStore> },
): void {
  const { describe, test, name, open } = options
  const contractTest: ContractTest = (title, body) =>
    test(title, async () => {
      const opened = await open()
      try {
        await body(opened)
      } finally {
        await opened.store.close()
      }
    })

  describe(`${name} as a MetadataStore`, () => {
    documentContract(contractTest)
    sessionContract(contractTest)
    packContract(contractTest)
    epochContract(contractTest)
    containerContract(contractTest)
    childrenContract(contractTest)
    placingContract(contractTest)
    deletionContract(contractTest)
    deliveryContract(contractTest)
    activityContract(contractTest)
    userInfoContract(contractTest)
    revocationContract(contractTest)
    raceContract(contractTest)
    lifeContract(contractTest)
  })
}

function lifeContract(test: ContractTest): void {
  test('check resolves for a store that is ready for use', async ({ store }) => {
    await store.check()
  })

  test('close finishes the calls under way', async ({ store }) => {
    const created = store.createDocument(newDocument())

    await store.close()

    assert.equal((await created).ok, true)
  })

  test('close may be called twice, and every later call rejects', async ({ store }) => {
    await store.close()
    await store.close()

    await assert.rejects(store.readDocument('File_1'))
    await assert.rejects(store.requestSweep('d1', 0))
    await assert.rejects(store.check())
  })
}
