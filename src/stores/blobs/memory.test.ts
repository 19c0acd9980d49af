import { describe, test } from 'node:test'
import { blobStoreContract } from '../../testing/blob-store-contract.ts'
import { createMemoryBlobStore } from './memory.ts'

blobStoreContract({
  describe,
  test,
  name: 'createMemoryBlobStore',
  open: async () => ({ store: createMemoryBlobStore() }),
})
