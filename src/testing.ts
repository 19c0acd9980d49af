/// <reference types="node" preserve="true" />
/**
 * Stores in memory, and the contracts that stores and sources of documents have to keep, for tests.
 *
 * @module wopikit/testing
 */

export { createMemoryBlobStore } from './stores/blobs/memory.ts'
export { createMemoryMetadataStore } from './stores/metadata/sqlite/in-memory.ts'
export { blobStoreContract } from './testing/blob-store-contract.ts'
export {
  describeDocumentSource,
  type OpenedDocumentSource,
} from './testing/document-source-contract.ts'
export type { TestFramework } from './testing/framework.ts'
export {
  metadataStoreContract,
  type OpenedMetadataStore,
} from './testing/metadata-store-contract.ts'
