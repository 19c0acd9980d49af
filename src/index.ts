/// <reference types="node" preserve="true" />
/**
 * A WOPI host to mount in an application.
 *
 * @module wopikit
 */

export {
  createSignedAccess,
  type MintedToken,
  type RevokedTokens,
  type SignedAccess,
  type SignedAccessOptions,
} from './access/signed-access.ts'
export type { WaitingDelivery } from './content/application/waiting.ts'
export type { BudgetStats } from './content/bytes/memory-budget.ts'
export { DocumentExistsError } from './content/saving/add-document.ts'
export type {
  CoauthFeatures,
  ContentLimits,
  Deadlines,
  ExtraProperties,
  Licence,
  PageSubject,
  Pages,
  PropertiesRequest,
  Retention,
  ShareUrlType,
  SweepReport,
} from './host/core.ts'
export type { Documents, DocumentVersion, OpenedDocument } from './host/documents.ts'
export type { HostDeliveries } from './host/waiting-deliveries.ts'
export { createHost, type Host } from './http/create-host.ts'
export {
  createDiscovery,
  type DiscoveryClient,
  type DiscoveryLocation,
  type DiscoveryOptions,
} from './http/discovery-client.ts'
export type { FastifyPlugin, FastifyScope } from './http/fastify-plugin.ts'
export type { FetchHandler } from './http/fetch-handler.ts'
export type { HostOptions } from './http/host-options.ts'
export type { NodeListener } from './http/node-listener.ts'
export type { RequestRecord } from './http/request-record.ts'
export type {
  Access,
  AccessRequest,
  Grant,
  IssuedToken,
  Permission,
  Resource,
  TokenRequest,
} from './ports/access.ts'
export type { ByteRange, OpenedBytes } from './ports/blob-store.ts'
export {
  type DocumentSource,
  RevisionGoneError,
  type SavedDocument,
  type SourceConflict,
  type SourceDocument,
  type SourceFile,
  type SourceTree,
} from './ports/document-source.ts'
export type { Log } from './ports/log.ts'
export type { ActivityRecord } from './ports/metadata/documents.ts'
export type { ProofKeySource } from './ports/proof-keys.ts'
export type {
  SettingsFileName,
  SettingsFiles,
  SettingsRequest,
  SettingsScope,
} from './ports/settings-files.ts'
export type { SignedInUser, SignIn } from './ports/sign-in.ts'
export type { Folders, PlaceRefusal, TreeContainer, TreeFile } from './ports/tree.ts'
export { type FailureCode, WopiError } from './protocol/errors.ts'
export type { SaveCause } from './protocol/save-cause.ts'
