/// <reference types="node" preserve="true" />
export { createFileBlobStore, type FileBlobStoreOptions } from './stores/blobs/file.ts'
