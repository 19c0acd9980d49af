import { randomBytes as secureRandomBytes } from 'node:crypto'
import type { BlobStore } from '../ports/blob-store.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import { createInFlightBytes, type InFlightBytes } from './in-flight.ts'
import { MESSAGE_MEMORY_BYTES, SMALL_MESSAGE_BYTES } from './limits.ts'
import { createManifests, type Manifests } from './manifests.ts'
import { createMemoryBudget, type MemoryBudget } from './memory-budget.ts'

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

/** What the content model works with. */
export interface ContentServices {
  metadata: MetadataStore
  blobs: BlobStore
  limits: Readonly<ContentLimits>
  manifests: Manifests
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
}): ContentServices {
  const { metadata, blobs, limits, randomBytes = secureRandomBytes } = options
  return {
    metadata,
    blobs,
    limits: { ...DEFAULT_LIMITS, ...limits },
    manifests: createManifests(metadata),
    inFlight: createInFlightBytes(),
    messageMemory: createMemoryBudget(MESSAGE_MEMORY_BYTES, SMALL_MESSAGE_BYTES),
    newId: options.newId ?? newId,
    randomBytes,
  }
}

/** A new id of 128 random bits, in lowercase hex. */
export function newId(): string {
  return secureRandomBytes(16).toString('hex')
}
