/// <reference types="node" preserve="true" />
export {
  createSqliteMetadataStore,
  type SqliteMetadataStoreOptions,
} from './stores/metadata/sqlite.ts'
