import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createSignedAccess, type SignedAccess } from '../access/signed-access.ts'
import { raiseMark, StoreMismatchError } from '../host/admin.ts'
import type { CoauthFeatures } from '../host/core.ts'
import { createHost, type Host } from '../http/create-host.ts'
import type { HostOptions } from '../http/host-options.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { Log } from '../ports/log.ts'
import type { DocumentStore } from '../ports/metadata/documents.ts'
import type { RevocationStore } from '../ports/metadata/revocations.ts'
import type { SecretStore } from '../ports/metadata/secrets.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import { createFileBlobStore } from '../stores/blobs/file.ts'
import { createSqliteMetadataStore } from '../stores/metadata/sqlite.ts'
import type { Config } from './config.ts'
import type { CoauthAddresses } from './discovery.ts'
import { ServerError } from './errors.ts'
import { makeFolder } from './make-folder.ts'
import { keepToOwner } from './owner-only.ts'
import { pagesOf } from './pages.ts'
import { SERVING } from './serving-record.ts'

const DATABASE = 'wopikit.db'
const BLOBS = 'blobs'
const TOKEN_KEY = 'access-token-key'
const TOKEN_KEY_BYTES = 32
const OWNER_ONLY = 0o700

/** The stores of a data folder. */
export interface Stores {
  metadata: MetadataStore
  blobs: BlobStore
  close(): Promise<void>
}

export interface StoresOptions {
  dataDir: string
  /** Whether an empty or missing folder becomes a new one (default: true). */
  create?: boolean
  /** Free disk space below which new content is refused, in bytes. */
  minFreeBytes?: number
  /** Gets a warning when the system lacks a guarantee. */
  log?: Log
  /** The clock, in ms since 1970 UTC. */
  now?: () => number
}

/**
 * Opens the stores of a data folder. Several processes may do so at once.
 *
 * @throws ServerError DATA_MISSING when there is no data and `create` is false, DATA_UNUSABLE
 */
export async function openStores(options: StoresOptions): Promise<Stores> {
  const { dataDir, create = true, minFreeBytes, log, now } = options
  const database = join(dataDir, DATABASE)
  if (create) await makeDataFolder(dataDir)
  else if (!(await exists(database))) throw new ServerError('DATA_MISSING', dataDir)
  const blobFolder = join(dataDir, BLOBS)
  await keepToOwner(
    [database, `${database}-wal`, `${database}-shm`, blobFolder, join(dataDir, SERVING)],
    log,
  )
  const clock = now && { now }
  const metadata = createSqliteMetadataStore({ path: database, ...clock })
  try {
    await metadata.check()
  } catch (cause) {
    await metadata.close().catch(() => {})
    throw new ServerError('DATA_UNUSABLE', `${dataDir} (${messageOf(cause)})`, { cause })
  }
  const blobs = createFileBlobStore({
    directory: blobFolder,
    ...(minFreeBytes !== undefined && { reserveBytes: minFreeBytes }),
    ...(log && { log }),
    ...clock,
  })
  return { metadata, blobs, close: () => metadata.close() }
}

/**
 * Makes sure that the database and the content of a data folder belong together.
 *
 * @throws ServerError DATA_MISMATCH
 */
export async function claimStores(stores: Stores, dataDir: string): Promise<void> {
  try {
    await raiseMark(stores)
  } catch (cause) {
    if (!(cause instanceof StoreMismatchError)) throw cause
    throw new ServerError('DATA_MISMATCH', `${dataDir} (${cause.message})`, { cause })
  }
}

/** The key of a data folder that signs tokens. Makes one if there is none. */
export function openTokenKey(
  { metadata }: { metadata: SecretStore },
  randomBytes: (length: number) => Uint8Array,
): Promise<Uint8Array> {
  return metadata.ensureSecret(TOKEN_KEY, randomBytes(TOKEN_KEY_BYTES))
}

/** The Access for the documents of a store, with tokens signed by `key`. */
export function openAccess(
  { metadata }: { metadata: DocumentStore & RevocationStore },
  { key, now }: { key: Uint8Array; now?: () => number },
): SignedAccess {
  return createSignedAccess({
    key,
    ownerOf: async (fileId) => (await metadata.readDocument(fileId))?.document.ownerId,
    revocations: metadata,
    ...(now && { now }),
  })
}

/** The parts of a host, besides its settings. */
export type HostParts = Pick<
  HostOptions,
  | 'metadata'
  | 'blobs'
  | 'access'
  | 'log'
  | 'now'
  | 'onRequest'
  | 'timers'
  | 'publicUrl'
  | 'signIn'
  | 'proofKeys'
  | 'properties'
> & {
  /** The addresses for coauthoring; called again and again. */
  coauthAddresses: () => CoauthAddresses
}

/** Creates a host over stores, with these settings. */
export function composeHost(config: Config, { coauthAddresses, ...parts }: HostParts): Host {
  const { basePath, uploadSessions, containers, coauth } = config
  return createHost({
    ...parts,
    basePath,
    limits: limitsOf(config),
    memoryBudgetBytes: config.memoryBudget,
    retention: retentionOf(config),
    uploadSessions,
    containers,
    pages: pagesOf(config),
    ...(coauth.length > 0 && { coauth: coauthOf(config, coauthAddresses) }),
  })
}

function coauthOf(
  { coauth: extensions, ocsUrl, rtcUrl, geoLocation }: Config,
  addresses: () => CoauthAddresses,
): CoauthFeatures {
  return {
    extensions,
    get officeCollaborationServiceEndpointUrl() {
      return ocsUrl || addresses().collab
    },
    get realTimeChannelEndpointUrl() {
      return rtcUrl || addresses().rtc
    },
    fileGeoLocationCode: geoLocation,
    sharingStatus: 'Shared',
  }
}

/** The settings that limit content. */
export function limitsOf(config: Config): NonNullable<Required<HostOptions>['limits']> {
  const { maxFileBytes, maxSessionsPerUser, maxSessionBytes } = config
  const { maxSessionBytesPerDocument, maxSessionBytesPerUser } = config
  return {
    maxFileBytes,
    maxSessionsPerUser,
    maxSessionBytes,
    maxSessionBytesPerDocument,
    maxSessionBytesPerUser,
  }
}

/** The settings that say how long states and garbage stay. */
export function retentionOf(config: Config): NonNullable<Required<HostOptions>['retention']> {
  const { historyStates, historyAge, garbageDelay } = config
  return { historyStates, historyAgeMs: historyAge, garbageDelayMs: garbageDelay }
}

async function makeDataFolder(dataDir: string): Promise<void> {
  try {
    await makeFolder(dataDir, OWNER_ONLY)
  } catch (cause) {
    throw new ServerError('DATA_UNUSABLE', `${dataDir} (${messageOf(cause)})`, { cause })
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
