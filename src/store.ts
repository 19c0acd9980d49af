/// <reference types="node" preserve="true" />
/**
 * What a metadata store or a blob store is, for those who write one.
 *
 * @module wopikit/store
 */

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
export type {
  DeliveryAttempt,
  DeliveryRecord,
  DeliveryStore,
  ListedDeliveries,
  WaitingDeliveryRecord,
} from './ports/metadata/deliveries.ts'
export type {
  ActivityRecord,
  Commit,
  DocumentRecord,
  DocumentStateRecord,
  DocumentStore,
  ManifestRecord,
  NewActivity,
  NewDocument,
} from './ports/metadata/documents.ts'
export type { StoreEpoch } from './ports/metadata/epoch.ts'
export type {
  ChildRecord,
  ContainerRecord,
  FolderStore,
  NewContainer,
} from './ports/metadata/folders.ts'
export type { GarbageStore, PackJudgement, References } from './ports/metadata/garbage.ts'
export type { NewPack, PackRef } from './ports/metadata/pack-ref.ts'
export type { Place } from './ports/metadata/place.ts'
export type { RevocationStore, TokenSubject } from './ports/metadata/revocations.ts'
export type { SecretStore } from './ports/metadata/secrets.ts'
export type {
  AppendFragment,
  FragmentRecord,
  NewSession,
  SessionRecord,
  SessionStore,
  SessionUsage,
} from './ports/metadata/sessions.ts'
export type { UserStore } from './ports/metadata/users.ts'
export type { MetadataStore } from './ports/metadata-store.ts'
export type { SaveCause } from './protocol/save-cause.ts'
