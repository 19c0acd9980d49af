/// <reference types="node" preserve="true" />
/** `wopikit`: a WOPI host to mount in an application. */

export type {
  CoauthFeatures,
  ContentLimits,
  Retention,
  SweepReport,
} from './host/core.ts'
export { createHost, type Host, type HostOptions } from './http/create-host.ts'
export type { FastifyPlugin, FastifyScope } from './http/fastify-plugin.ts'
export type { FetchHandler } from './http/fetch-handler.ts'
export type { NodeListener } from './http/node-listener.ts'
export type { RequestRecord } from './http/request-record.ts'
export type { Access, AccessRequest, Grant, IssuedToken, Permission } from './ports/access.ts'
export {
  BlobExistsError,
  BlobNotFoundError,
  type BlobStore,
  BlobStoreFullError,
  type ByteRange,
  type ListedBlob,
  type OpenedBytes,
  type StoredBlob,
} from './ports/blob-store.ts'
export type { Log } from './ports/log.ts'
export type {
  AppendFragment,
  Commit,
  DocumentRecord,
  FragmentRecord,
  ManifestRecord,
  MetadataStore,
  NewDocument,
  NewSession,
  PackRef,
  References,
  SessionRecord,
  SessionUsage,
} from './ports/metadata-store.ts'
export { type FailureCode, WopiError } from './protocol/errors.ts'
export { createSignedAccess, type SignedAccess } from './server/access.ts'
