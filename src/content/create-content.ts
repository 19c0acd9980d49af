import { randomBytes as secureRandomBytes } from 'node:crypto'
import type { BlobStore } from '../ports/blob-store.ts'
import type { DocumentSource } from '../ports/document-source.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import type { Conflicts } from './application/conflicts.ts'
import { createFollower } from './application/follow.ts'
import { createInFlightBytes } from './bytes/in-flight.ts'
import { createMemoryBudget } from './bytes/memory-budget.ts'
import { newId } from './bytes/new-id.ts'
import {
  type ContentLimits,
  DEFAULT_LIMITS,
  MESSAGE_MEMORY_BYTES,
  SMALL_MESSAGE_BYTES,
} from './limits.ts'
import { createOpener } from './packs/opener.ts'
import type { ContentServices } from './saving/services.ts'
import { createSignatures } from './saving/signatures.ts'
import { createManifests } from './state/manifests.ts'

/** Documents that an application keeps. */
export interface ApplicationDocuments {
  source: DocumentSource
  conflicts: Conflicts
  /** Called after each save that the application has to be told of. */
  afterSave: () => void
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
    withSignatures: createSignatures(base),
    findDocument: application
      ? createFollower(base, application.source, application.conflicts)
      : (fileId) => metadata.readDocument(fileId),
  }
}
