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
        await body(opened.store)
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
