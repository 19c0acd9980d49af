import { DEFAULT_RETENTION, type Retention } from '../content/retention.ts'
import { type ContentLimits, createContentServices } from '../content/services.ts'
import { createSweeper, type Sweeper } from '../content/sweep.ts'
import type { CoauthFeatures } from '../operations/features.ts'
import type { Access } from '../ports/access.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { Log } from '../ports/log.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import { createHandler, type Handler } from './handle.ts'
import { createHousekeeping, type Housekeeping } from './housekeeping.ts'

export type { Retention } from '../content/retention.ts'
export type { ContentLimits } from '../content/services.ts'
export type { SweepReport } from '../content/sweep.ts'
export type { CoauthFeatures } from '../operations/features.ts'
export type { Handler } from './handle.ts'

/** What a host is made of, without HTTP. The stores and `access` are the application's. */
export interface CoreOptions {
  metadata: MetadataStore
  blobs: BlobStore
  access: Access
  /** Where log lines go (default: nowhere). */
  log?: Log
  limits?: Partial<ContentLimits>
  retention?: Partial<Retention>
  /** Coauthoring with CSPP Plus; without it CheckFileInfo carries none of its properties. */
  coauth?: CoauthFeatures
  /** Whether files may be sent in several requests (default: true). */
  uploadSessions?: boolean
  /** A new id of 128 random bits, `[a-z0-9]+`, in tests. */
  newId?: () => string
  /** Unpredictable bytes, in tests. */
  randomBytes?: (length: number) => Uint8Array
}

/** A host that requests are handed to by whatever server there is. */
export interface Core {
  handler: Handler
  housekeeping: Housekeeping
  sweeper: Sweeper
}

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** Puts handler and housekeeping over the same stores. Nothing is started. */
export function createCore(options: CoreOptions): Core {
  const { access, log = SILENT, coauth, uploadSessions = true } = options
  const content = createContentServices(options)
  const features = { uploadSessions, ...(coauth && { coauth }) }
  const retention = { ...DEFAULT_RETENTION, ...options.retention }
  const sweeper = createSweeper(content, { retention, clock: () => performance.now() })
  return {
    handler: createHandler({ content, features, access, log }),
    housekeeping: createHousekeeping(sweeper, log),
    sweeper,
  }
}
