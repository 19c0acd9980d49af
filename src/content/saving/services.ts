import { randomBytes as secureRandomBytes } from 'node:crypto'
import type { BlobStore } from '../../ports/blob-store.ts'
import type { DocumentSource } from '../../ports/document-source.ts'
import type { DocumentRecord, MetadataStore } from '../../ports/metadata-store.ts'
import type { Conflicts } from '../application/conflicts.ts'
import { createFollower } from '../application/follow.ts'
import { createInFlightBytes, type InFlightBytes } from '../bytes/in-flight.ts'
import { createMemoryBudget, type MemoryBudget } from '../bytes/memory-budget.ts'
import { MESSAGE_MEMORY_BYTES, SMALL_MESSAGE_BYTES } from '../limits.ts'
import { createOpener, type Opener } from '../packs/opener.ts'
import { createManifests, type Manifests } from '../state/manifests.ts'
import { createSigned, type Signed } from './signatures.ts'

const GIB = 1024 ** 3

/** Limits that a deployment sets. */
export interface ContentLimits {
  /** Largest content of one file, all streams together, in bytes. */
  maxFileBytes: number
  /** Most live upload sessions of one user on one file. */
  maxSessionsPerUser: number
  /** Most bytes in one upload session. */
  maxSessionBytes: number
  /** Most bytes in all live upload sessions of one file. */
  maxSessionBytesPerDocument: number
  /** Most bytes in all live upload sessions of one user, those on their way included. */
  maxSessionBytesPerUser: number
}

export const DEFAULT_LIMITS: Readonly<ContentLimits> = {
  maxFileBytes: 64 * GIB,
  maxSessionsPerUser: 32,
  maxSessionBytes: 64 * GIB,
  maxSessionBytesPerDocument: 256 * GIB,
  maxSessionBytesPerUser: 256 * GIB,
}

/** A document as it was when it was found, and the store's time then, in ms since 1970 UTC. */
export interface FoundDocument {
  document: DocumentRecord
  now: number
}

/** What a document is looked for with. */
export interface DocumentRequest {
  readonly signal: AbortSignal
  readonly goesOn?: boolean
}

/** Documents that an application keeps. */
export interface ApplicationDocuments {
  source: DocumentSource
  conflicts: Conflicts
  /** Called after each save that the application has to be told of. */
  afterSave: () => void
}

/** What the content model works with. */
export interface ContentServices {
  metadata: MetadataStore
  blobs: BlobStore
  limits: Readonly<ContentLimits>
  manifests: Manifests
  /** Opens what extents name, in packs and in revisions that an application keeps. */
  opener: Opener
  signed: Signed
  /**
   * Finds the document of a request. With documents that an application keeps, the application is
   * asked, unless the request goes on with what another one has begun.
   */
  findDocument(fileId: string, request: DocumentRequest): Promise<FoundDocument | undefined>
  /** Called after each save that an application has to be told of. */
  afterSave: () => void
  inFlight: InFlightBytes
  /** Shared by all messages that are held in memory. */
  messageMemory: MemoryBudget
  /** A new id of 128 random bits, `[a-z0-9]+`. */
  newId: () => string
  /** Unpredictable bytes, for tokens. */
  randomBytes: (length: number) => Uint8Array
}

/** Puts the content model on its two stores. */
export function createContentServices(options: {
  metadata: MetadataStore
  blobs: BlobStore
  limits?: Partial<ContentLimits>
  newId?: () => string
  randomBytes?: (length: number) => Uint8Array
  application?: ApplicationDocuments
}): ContentServices {
  const { metadata, blobs, limits, randomBytes = secureRandomBytes, application } = options
  const base = {
    metadata,
    blobs,
    limits: { ...DEFAULT_LIMITS, ...limits },
    manifests: createManifests(metadata),
    opener: createOpener(blobs, application?.source),
    afterSave: application?.afterSave ?? (() => {}),
    inFlight: createInFlightBytes(),
    messageMemory: createMemoryBudget(MESSAGE_MEMORY_BYTES, SMALL_MESSAGE_BYTES),
    newId: options.newId ?? newId,
    randomBytes,
  }
  return {
    ...base,
    signed: createSigned(base),
    findDocument: application
      ? createFollower(base, application.source, application.conflicts)
      : (fileId) => metadata.readDocument(fileId),
  }
}

/** A new id of 128 random bits, in lowercase hex. */
export function newId(): string {
  return secureRandomBytes(16).toString('hex')
}
