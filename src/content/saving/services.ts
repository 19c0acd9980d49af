import type { BlobStore } from '../../ports/blob-store.ts'
import type { DocumentRecord } from '../../ports/metadata/documents.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import type { InFlightBytes } from '../bytes/in-flight.ts'
import type { MemoryBudget } from '../bytes/memory-budget.ts'
import type { HolderNames } from '../bytes/memory-holder.ts'
import type { Share } from '../bytes/share.ts'
import type { ContentLimits } from '../limits.ts'
import type { Opener } from '../packs/opener.ts'
import type { Manifest } from '../state/manifest.ts'
import type { Manifests } from '../state/manifests.ts'
import type { SessionChunks } from './session-chunks.ts'

/** A document as it was read, and the store's time then, in ms since 1970 UTC. */
export interface FoundDocument {
  document: DocumentRecord
  now: number
}

/** The part of a request that finding its document needs. */
export interface DocumentRequest {
  readonly signal: AbortSignal
  /** Whether the request continues an earlier one (default: no). */
  readonly continues?: boolean
}

/** A document and its content. */
interface DocumentContent {
  document: DocumentRecord
  manifest: Manifest
}

/**
 * As `Manifests.of`, but with the signature of the content, computed first if it is missing.
 *
 * @throws WopiError NOT_FOUND when the document is gone; the reason of `signal` when it aborts
 */
export type WithSignatures = (
  document: DocumentRecord,
  signal: AbortSignal,
  share?: Share,
) => Promise<DocumentContent>

/** The services of the content model. */
export interface ContentServices {
  metadata: MetadataStore
  blobs: BlobStore
  limits: Readonly<ContentLimits>
  manifests: Manifests
  /** Opens the bytes of extents, in packs and in revisions that an application keeps. */
  opener: Opener
  withSignatures: WithSignatures
  sessionChunks: SessionChunks
  /**
   * Finds the document of a request. When an application keeps the document, the host asks it
   * first, unless the request continues an earlier one.
   */
  findDocument(fileId: string, request: DocumentRequest): Promise<FoundDocument | undefined>
  /** Called after each save that has to be delivered to an application. */
  afterSave: () => void
  inFlight: InFlightBytes
  /** The memory budget of all requests. */
  memory: MemoryBudget
  /** Begins the share of a request. Whoever replies to the request disposes it. */
  openShare(names: HolderNames, signal?: AbortSignal): Share
  /** Creates an id of 128 random bits, `[a-z0-9]+`. */
  newId: () => string
  /** Returns unpredictable bytes, for tokens. */
  randomBytes: (length: number) => Uint8Array
}
