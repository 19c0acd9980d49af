import { randomBytes as secureRandomBytes } from 'node:crypto'
import type { BlobStore } from '../ports/blob-store.ts'
import type { DocumentSource } from '../ports/document-source.ts'
import type { Log } from '../ports/log.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import type { Alarm } from './application/alarm.ts'
import { createConflicts } from './application/conflicts.ts'
import { createPatience, type Deadlines } from './application/deadlines.ts'
import { createDeliveries, type Deliveries } from './application/deliveries.ts'
import { createFollower } from './application/follow.ts'
import { createPatientSource } from './application/patient-source.ts'
import { createSameRevision } from './application/same-revision.ts'
import { createInFlightBytes } from './bytes/in-flight.ts'
import { createMemoryBudget, type Refusal } from './bytes/memory-budget.ts'
import type { HolderNames } from './bytes/memory-holder.ts'
import { newId } from './bytes/new-id.ts'
import { createShare } from './bytes/share.ts'
import { systemTimers } from './bytes/timers.ts'
import {
  type ContentLimits,
  DEFAULT_LIMITS,
  MEMORY_BUDGET_BYTES,
  MEMORY_FREE_BYTES,
  MEMORY_STALL_MS,
  MEMORY_WAIT_MS,
} from './limits.ts'
import { createOpener, type Opener } from './packs/opener.ts'
import type { ContentServices } from './saving/services.ts'
import { createSessionChunks } from './saving/session-chunks.ts'
import { createSignatures } from './saving/signatures.ts'
import { createManifests } from './state/manifests.ts'

/** The parts of the content model. */
export interface ContentOptions {
  metadata: MetadataStore
  blobs: BlobStore
  limits?: Partial<ContentLimits>
  /** Memory that all requests may hold together, in bytes. */
  memoryBudgetBytes?: number
  /** Called for every request that got no memory or lost it. */
  onRefusal?: (refusal: Refusal) => void
  /** A new id of 128 random bits, `[a-z0-9]+` (default: from the system's random source). */
  newId?: () => string
  /** Unpredictable bytes (default: from the system's random source). */
  randomBytes?: (length: number) => Uint8Array
}

/** What an application brings when it keeps documents. */
export interface ApplicationOptions {
  documents: DocumentSource
  log: Log
  /** How long the application may take; see `Deadlines`. */
  deadlines?: Partial<Deadlines>
  /** Alarms of deliveries and deadlines (default: the system's). */
  alarm?: Alarm
  /** A clock that only moves forward, in ms (default: `performance.now`). */
  clock?: () => number
}

/** Creates the content model over its two stores. The host keeps all documents. */
export function createContentServices(options: ContentOptions): ContentServices {
  const { metadata } = options
  const base = createBase(options, createOpener(options.blobs), () => {})
  return { ...base, findDocument: (fileId) => metadata.readDocument(fileId) }
}

/**
 * Creates the content model over its two stores and the documents of an application. It follows
 * their changes, and `deliveries` delivers saves once it is started.
 */
export function createApplicationContent(options: ContentOptions & ApplicationOptions): {
  content: ContentServices
  deliveries: Deliveries
} {
  const { documents: source, log } = options
  const patience = createPatience(options)
  const reading = createPatientSource(source, patience, (fileId) => sameRevision.gone(fileId))
  const conflicts = createConflicts(source, log, patience)
  const opener = createOpener(options.blobs, reading)
  const base = createBase(options, opener, () => deliveries.wake())
  const sameRevision = createSameRevision(base, source, log)
  const content = {
    ...base,
    findDocument: createFollower(base, reading, { conflicts, sameRevision }),
  }
  const deliveries = createDeliveries({ ...content, source, conflicts, log, patience })
  return { content, deliveries }
}

function createBase(
  { metadata, blobs, limits, ...sources }: ContentOptions,
  opener: Opener,
  afterSave: () => void,
): Omit<ContentServices, 'findDocument'> {
  const memory = createMemoryBudget({
    totalBytes: sources.memoryBudgetBytes ?? MEMORY_BUDGET_BYTES,
    freeBytes: MEMORY_FREE_BYTES,
    waitMs: MEMORY_WAIT_MS,
    stallMs: MEMORY_STALL_MS,
    timers: systemTimers,
    ...(sources.onRefusal && { onRefusal: sources.onRefusal }),
  })
  const openShare = (names: HolderNames, signal?: AbortSignal) =>
    createShare(memory.open(names), signal)
  const base = {
    metadata,
    blobs,
    limits: { ...DEFAULT_LIMITS, ...limits },
    manifests: createManifests(metadata, openShare),
    sessionChunks: createSessionChunks(metadata),
    opener,
    afterSave,
    inFlight: createInFlightBytes(),
    memory,
    openShare,
    newId: sources.newId ?? newId,
    randomBytes: sources.randomBytes ?? secureRandomBytes,
  }
  return { ...base, withSignatures: createSignatures(base) }
}
