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

/** A document as it was when it was found, and the store's time then, in ms since 1970 UTC. */
export interface FoundDocument {
  document: DocumentRecord
  now: number
}

/** What a document is looked for with. */
export interface DocumentRequest {
  readonly signal: AbortSignal
  /** Whether the request continues what an earlier one has begun (default: no). */
  readonly continues?: boolean
}

/** A document and its content. */
interface DocumentContent {
  document: DocumentRecord
  manifest: Manifest
}

/**
 * As `Manifests.of`, with the signature of the content, which may have to be computed first.
 *
 * @throws WopiError NOT_FOUND when the document is gone; the reason of `signal`
 */
export type WithSignatures = (
  document: DocumentRecord,
  signal: AbortSignal,
  share?: Share,
) => Promise<DocumentContent>

/** What the content model works with. */
export interface ContentServices {
  metadata: MetadataStore
  blobs: BlobStore
  limits: Readonly<ContentLimits>
  manifests: Manifests
  /** Opens what extents name, in packs and in revisions that an application keeps. */
  opener: Opener
  withSignatures: WithSignatures
  sessionChunks: SessionChunks
  /**
   * Finds the document of a request. With documents that an application keeps, the application is
   * asked, unless the request continues what an earlier one has begun.
   */
  findDocument(fileId: string, request: DocumentRequest): Promise<FoundDocument | undefined>
  /** Called after each save that an application has to be told of. */
  afterSave: () => void
  inFlight: InFlightBytes
  /** What all requests hold of the memory. */
  memory: MemoryBudget
  /** Begins the share of a request; whoever answers the request disposes it. */
  openShare(names: HolderNames, signal?: AbortSignal): Share
  /** A new id of 128 random bits, `[a-z0-9]+`. */
  newId: () => string
  /** Unpredictable bytes, for tokens. */
  randomBytes: (length: number) => Uint8Array
}
