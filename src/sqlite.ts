export {
  createSqliteMetadataStore,
  type SqliteMetadataStoreOptions,
} from './stores/metadata/sqlite.ts'
