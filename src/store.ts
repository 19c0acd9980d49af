/// <reference types="node" preserve="true" />
/** `wopikit/store`: what a metadata store or a blob store is, for those who write one. */

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
  ActivityRecord,
  AppendFragment,
  ChildRecord,
  Commit,
  ContainerRecord,
  DeliveryAttempt,
  DeliveryRecord,
  DocumentRecord,
  DocumentStateRecord,
  FragmentRecord,
  ManifestRecord,
  MetadataStore,
  NewActivity,
  NewContainer,
  NewDocument,
  NewSession,
  PackJudgement,
  PackRef,
  Place,
  References,
  SessionRecord,
  SessionUsage,
} from './ports/metadata-store.ts'
