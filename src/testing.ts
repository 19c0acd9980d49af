/// <reference types="node" preserve="true" />
export { blobStoreContract } from './testing/blob-store-contract.ts'
export type { TestFramework } from './testing/framework.ts'
export {
  metadataStoreContract,
  type OpenedMetadataStore,
} from './testing/metadata-store-contract.ts'
