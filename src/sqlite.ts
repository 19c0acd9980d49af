/// <reference types="node" preserve="true" />
/**
 * A metadata store in one SQLite file.
 *
 * @module wopikit/sqlite
 */

export {
  createSqliteMetadataStore,
  type SqliteMetadataStoreOptions,
} from './stores/metadata/sqlite.ts'
