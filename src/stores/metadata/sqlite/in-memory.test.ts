import { describe, test } from 'node:test'
import { metadataStoreContract } from '../../../testing/metadata-store-contract.ts'
import { createMemoryMetadataStore } from './in-memory.ts'

metadataStoreContract({
  describe,
  test,
  name: 'createMemoryMetadataStore',
  async open() {
    let time = 1_700_000_000_000
    const store = createMemoryMetadataStore({ now: () => time })
    return {
      store,
      advance(ms) {
        time += ms
      },
    }
  },
})
