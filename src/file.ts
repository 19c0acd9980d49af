export { createFileBlobStore, type FileBlobStoreOptions } from './stores/blobs/file.ts'
