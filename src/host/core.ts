import { createApplicationContent, createContentServices } from '../content/create-content.ts'

export type { Deadlines } from '../content/application/deadlines.ts'
export type { ContentLimits } from '../content/limits.ts'

import { createPatience, type Deadlines } from '../content/application/deadlines.ts'
import type { Deliveries } from '../content/application/deliveries.ts'
import { withPatientTree } from '../content/application/patient-tree.ts'
import type { BudgetStats, Refusal } from '../content/bytes/memory-budget.ts'
import type { ContentLimits } from '../content/limits.ts'
import type { ContentServices } from '../content/saving/services.ts'
import { createApplicationTree } from '../content/trees/application-tree.ts'
import { createOwnTree } from '../content/trees/own-tree.ts'
import { createHousekeeping, type Housekeeping } from '../content/upkeep/housekeeping.ts'
import { DEFAULT_RETENTION, type Retention } from '../content/upkeep/retention.ts'
import { createSafeSweeper, type Sweeper } from '../content/upkeep/sweep.ts'
import type {
  CoauthFeatures,
  ExtraProperties,
  Features,
  Licence,
  Pages,
} from '../operations/shared/features.ts'
import { createLinks } from '../operations/shared/links.ts'
import type { Access } from '../ports/access.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { DocumentSource } from '../ports/document-source.ts'
import type { Log } from '../ports/log.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import type { ProofKeySource } from '../ports/proof-keys.ts'
import type { SettingsFiles } from '../ports/settings-files.ts'
import type { SignIn } from '../ports/sign-in.ts'
import { type Admin, createAdmin } from './admin.ts'
import { checkSignIn } from './challenge.ts'
import { createProofCheck } from './check-proof.ts'
import { createDocuments, type Documents } from './documents.ts'
import { createHandler, type Handler } from './handle.ts'
import { createOverloadLog } from './overload-log.ts'
import { createPatientAccess, createPatientSignIn } from './patient-access.ts'

export type { BudgetStats } from '../content/bytes/memory-budget.ts'
export type { Retention } from '../content/upkeep/retention.ts'
export type { SweepReport } from '../content/upkeep/sweep.ts'
export type {
  CoauthFeatures,
  ExtraProperties,
  Licence,
  PageSubject,
  Pages,
  PropertiesRequest,
  ShareUrlType,
} from '../operations/shared/features.ts'
export type { Handler } from './handle.ts'

/** What a host is made of, without HTTP. The stores and `access` are the application's. */
export interface CoreOptions {
  metadata: MetadataStore
  blobs: BlobStore
  access: Access
  /** Documents that the application keeps itself; without it the host keeps all documents. */
  documents?: DocumentSource
  /** How long the host waits for `access`, `signIn` and `documents`. */
  deadlines?: Partial<Deadlines>
  /** Where log lines go (default: warnings and errors go to the console). */
  log?: Log
  limits?: Partial<ContentLimits>
  /**
   * What all requests may hold in memory together, in bytes (default: 96 MiB, for a container of
   * 512 MB): messages, lists of chunks, and answers that wait for their readers.
   */
  memoryBudgetBytes?: number
  retention?: Partial<Retention>
  /** Coauthoring with CSPP Plus; without it CheckFileInfo carries none of its properties. */
  coauth?: CoauthFeatures
  /** Whether files may be sent in several requests (default: true). */
  uploadSessions?: boolean
  /** Whether clients may go along the tree of containers (default: true), where `access` makes tokens. */
  containers?: boolean
  /** Addresses of the application's own pages. */
  pages?: Pages
  /** What Office is to know about the users' licences. */
  licence?: Licence
  /** Files in which Collabora keeps settings of users; without it their addresses answer 501. */
  settings?: SettingsFiles
  /** What the application adds to the answers of CheckFileInfo and CheckContainerInfo. */
  properties?: ExtraProperties
  /** OAuth, for the bootstrapper; without it that answers 501. */
  signIn?: SignIn
  /** Where the keys of clients come from; with it requests without a valid proof are refused. */
  proofKeys?: ProofKeySource
  /** @internal The clock that tells the age of proofs, in ms since 1970 UTC (default: `Date.now`). */
  now?: () => number
  /** @internal A new id of 128 random bits, `[a-z0-9]+`, in tests. */
  newId?: () => string
  /** @internal Unpredictable bytes, in tests. */
  randomBytes?: (length: number) => Uint8Array
}

/** A host that requests are handed to by whatever server there is. */
export interface Core {
  handler: Handler
  housekeeping: Housekeeping
  sweeper: Sweeper
  documents: Documents
  admin: Admin
  /** How the memory budget is used. */
  memory: () => BudgetStats
  /** Left out when the application keeps no documents itself. */
  deliveries?: Deliveries
}

/**
 * Puts handler and housekeeping over the same stores. Nothing is started.
 *
 * @param options.baseUrl what clients put before `/wopi`
 * @throws TypeError when `signIn` has an address that clients would cut
 */
export function createCore(options: CoreOptions & { baseUrl: string; log: Log }): Core {
  const { access, log, baseUrl, proofKeys, signIn, now } = options
  if (signIn) checkSignIn(signIn)
  const clock = now && { now }
  const patience = createPatience(options)
  const onRefusal = createOverloadLog(log, () => performance.now())
  const { content, deliveries } = createContent({ ...options, onRefusal })
  const own = createOwnTree(content)
  const retention = { ...DEFAULT_RETENTION, ...options.retention }
  const sweeper = createSafeSweeper(content, { retention, clock: () => performance.now() })
  return {
    handler: createHandler({
      content,
      features: featuresOf(options),
      access: createPatientAccess(access, patience),
      tree: options.documents
        ? createApplicationTree(content, own, withPatientTree(options.documents, patience))
        : own,
      links: createLinks(baseUrl),
      log,
      ...(signIn && { signIn: createPatientSignIn(signIn, patience) }),
      ...(proofKeys && {
        checkProof: createProofCheck({ source: proofKeys, baseUrl, log, ...clock }),
      }),
    }),
    housekeeping: createHousekeeping(sweeper, log),
    sweeper,
    documents: createDocuments(content, deliveries),
    admin: createAdmin(content, { tree: own, sweeper }),
    memory: () => content.memory.stats(),
    ...(deliveries && { deliveries }),
  }
}

/** The content model, and what brings saves to the application that keeps the documents. */
function createContent({
  documents,
  ...options
}: CoreOptions & { log: Log; onRefusal: (refusal: Refusal) => void }): {
  content: ContentServices
  deliveries?: Deliveries
} {
  if (documents) return createApplicationContent({ ...options, documents })
  return { content: createContentServices(options) }
}

function featuresOf(options: CoreOptions): Features {
  const {
    coauth,
    uploadSessions = true,
    containers = true,
    pages = {},
    properties,
    settings,
    licence,
    documents,
  } = options
  return {
    uploadSessions,
    // Documents that are in no container lead to none.
    containers: containers && (!documents || documents.tree !== undefined),
    pages,
    ...(coauth && { coauth }),
    ...(licence && { licence }),
    ...(properties && { properties }),
    ...(settings && { settings }),
  }
}
