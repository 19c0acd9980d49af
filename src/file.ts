/// <reference types="node" preserve="true" />
/**
 * A blob store in a directory.
 *
 * @module wopikit/file
 */

export { createFileBlobStore, type FileBlobStoreOptions } from './stores/blobs/file.ts'
