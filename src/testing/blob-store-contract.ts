import type { BlobStore } from '../ports/blob-store.ts'
import type { BlobContractTest } from './blobs/context.ts'
import { listContract } from './blobs/list.ts'
import { openContract } from './blobs/open.ts'
import { putContract } from './blobs/put.ts'
import type { TestFramework } from './framework.ts'

/**
 * Tests every sentence of the contract of a BlobStore.
 *
 * @param options.name the name of the suite
 * @param options.open opens an empty store
 *
 * @example
 * ```ts
 * import { blobStoreContract, createMemoryBlobStore } from 'wopikit/testing'
 *
 * let tests = 0
 * blobStoreContract({
 *   name: 'my store',
 *   describe: (_name, body) => body(), // those of node:test, or of another framework
 *   test: () => {
 *     tests += 1
 *   },
 *   open: async () => ({ store: createMemoryBlobStore() }), // yours
 * })
 *
 * assert.ok(tests > 10)
 * ```
 */
export function blobStoreContract(
  options: TestFramework & {
    name: string
    open(): Promise<{ store: BlobStore; close?(): Promise<void> }>
  },
): void {
  const { describe, test, name, open } = options
  const contractTest: BlobContractTest = (title, body) =>
    test(title, async () => {
      const opened = await open()
      try {
        await body(keepingLocators(opened.store))
      } finally {
        await opened.close?.()
      }
    })

  describe(`${name} as a BlobStore`, () => {
    putContract(contractTest)
    openContract(contractTest)
    listContract(contractTest)
  })
}

/** The store as its callers use it: they keep the locator of each blob and hand it back. */
function keepingLocators(store: BlobStore): BlobStore {
  const locators = new Map<string, string>()
  const locatorOf = (key: string) => {
    const locator = locators.get(key)
    return locator === undefined ? {} : { locator }
  }
  return {
    ...store,
    async put(key, content, options) {
      const stored = await store.put(key, content, options)
      if (stored.locator !== undefined) locators.set(key, stored.locator)
      return stored
    },
    open: (key, options) => store.open(key, { ...locatorOf(key), ...options }),
    delete: (key, options) => store.delete(key, { ...locatorOf(key), ...options }),
  }
}
