import { createApplicationContent, createContentServices } from '../content/create-content.ts'

export type { Deadlines } from '../content/application/deadlines.ts'
export type { ContentLimits } from '../content/limits.ts'

import { createPatience, type Deadlines, type Patience } from '../content/application/deadlines.ts'
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
import {
  createPatientAccess,
  createPatientKeys,
  createPatientProperties,
  createPatientSignIn,
} from './patient-access.ts'

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

/** The parts of a host, without HTTP. The application brings the stores and `access`. */
export interface CoreOptions {
  metadata: MetadataStore
  blobs: BlobStore
  access: Access
  /** Documents that the application keeps. Without it the host keeps all documents. */
  documents?: DocumentSource
  /**
   * How long the host waits for `access`, `signIn`, `documents`, `properties` and `proofKeys`.
   */
  deadlines?: Partial<Deadlines>
  /** Receives log lines (default: warnings and errors go to the console). */
  log?: Log
  limits?: Partial<ContentLimits>
  /**
   * Memory that all requests may hold together, in bytes (default: 96 MiB, for a container of 512
   * MB): messages, lists of chunks, and replies that wait for their readers.
   */
  memoryBudgetBytes?: number
  retention?: Partial<Retention>
  /** Coauthoring with CSPP Plus. Without it CheckFileInfo has none of its properties. */
  coauth?: CoauthFeatures
  /** Whether clients may send a file in several requests (default: true). */
  uploadSessions?: boolean
  /** Whether clients may browse the tree of containers (default: true). It needs `Access.issue`. */
  containers?: boolean
  /** Addresses of the application's own pages. */
  pages?: Pages
  /** What Office learns about the users' licences. */
  licence?: Licence
  /** Files in which Collabora keeps settings of users; without it their addresses answer 501. */
  settings?: SettingsFiles
  /**
   * Properties that the application adds to the replies of CheckFileInfo and CheckContainerInfo.
   */
  properties?: ExtraProperties
  /** OAuth sign-in for the bootstrapper. Without it the bootstrapper replies 501. */
  signIn?: SignIn
  /** Source of the clients' proof keys. With it the host refuses requests without a valid proof. */
  proofKeys?: ProofKeySource
  /** @internal The clock for the age of proofs, in ms since 1970 UTC (default: `Date.now`). */
  now?: () => number
  /** @internal A new id of 128 random bits, `[a-z0-9]+`, in tests. */
  newId?: () => string
  /** @internal Unpredictable bytes, in tests. */
  randomBytes?: (length: number) => Uint8Array
}

/** A host without a server: any server hands requests to it. */
export interface Core {
  handler: Handler
  housekeeping: Housekeeping
  sweeper: Sweeper
  documents: Documents
  admin: Admin
  /** The current use of the memory budget. */
  memory: () => BudgetStats
  /** Left out when the application keeps no documents. */
  deliveries?: Deliveries
}

/**
 * Creates handler and housekeeping over the same stores. Starts nothing.
 *
 * @param options.baseUrl the part of the address before `/wopi`, as clients see it
 * @throws TypeError when `signIn` has an address that clients cannot read
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
      features: featuresOf(options, patience),
      access: createPatientAccess(access, patience),
      tree: options.documents
        ? createApplicationTree(content, own, withPatientTree(options.documents, patience))
        : own,
      links: createLinks(baseUrl),
      log,
      ...(signIn && { signIn: createPatientSignIn(signIn, patience) }),
      ...(proofKeys && {
        checkProof: createProofCheck({
          source: createPatientKeys(proofKeys, patience),
          baseUrl,
          log,
          ...clock,
        }),
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

/** Creates the content model and, where the application keeps documents, their deliveries. */
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

function featuresOf(options: CoreOptions, patience: Patience): Features {
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
    // Documents outside of every container lead to no container.
    containers: containers && (!documents || documents.tree !== undefined),
    pages,
    ...(coauth && { coauth }),
    ...(licence && { licence }),
    ...(properties && { properties: createPatientProperties(properties, patience) }),
    ...(settings && { settings }),
  }
}
