import type { DocumentSource, SavedDocument } from '../../ports/document-source.ts'
import type { Log } from '../../ports/log.ts'
import type { DeliveryRecord } from '../../ports/metadata/deliveries.ts'
import { keptBytes } from '../bytes/opened-bytes.ts'
import { UNCOUNTED } from '../bytes/share.ts'
import { openMain } from '../packs/main-content.ts'
import { mainSize } from '../saving/commit.ts'
import type { ContentServices } from '../saving/services.ts'
import { decodeManifestSteps } from '../state/manifest-format.ts'
import type { Conflicts } from './conflicts.ts'
import { beginCall, type Patience } from './deadlines.ts'
import { isRevision } from './take-revision.ts'

/** When an attempt is called slow: it is told, and others are delivered beside it, in ms. */
const SLOW_MS = 60 * 1000
/** How long a save is a process's own when that process may have died, in ms. */
const LEASE_MS = 10_000
/** How often that is renewed while the application is at it, in ms. */
const RENEWAL_MS = 3000
/** Pause after the first failure, in ms; it doubles with each further one. */
const RETRY_FIRST_MS = 1000
const RETRY_MOST_MS = 5 * 60 * 1000

/** Where saves come from, and where they go. */
export interface DeliveryServices extends Pick<ContentServices, 'metadata' | 'opener'> {
  source: DocumentSource
  conflicts: Conflicts
  log: Log
  patience: Patience
}

/** One attempt at a delivery. */
export interface Attempt {
  /** Ends it. */
  ended: AbortSignal
  /** Called when the application has been at it for a minute. */
  onSlow(): void
  /** Called when the application has not taken the save, and will be asked again. */
  onFailure(failure: { delivery: DeliveryRecord; error: unknown }): void
}

/**
 * Brings one save to the application, unless another process is at it, and notes that the application
 * has it; when it does not take it, the save is put off. Never rejects.
 *
 * @returns `false` when the store could not note what has become of it
 */
export async function deliver(
  services: DeliveryServices,
  listed: DeliveryRecord,
  attempt: Attempt,
): Promise<boolean> {
  const { metadata, conflicts, log } = services
  const { documentKey, fileId, sequenceNumber, baseRevision } = listed
  try {
    if (!(await metadata.takeDelivery(listed, LEASE_MS)).ok) return true
    const taken = { ...listed, attempts: listed.attempts + 1 }
    const outcome = await handOver(services, taken, attempt).catch((error: unknown) => ({ error }))
    if (typeof outcome !== 'string') {
      attempt.onFailure({ delivery: taken, error: outcome.error })
      await putOff(services, taken, outcome.error)
      return true
    }
    await metadata.settleDelivery(documentKey, sequenceNumber, outcome)
    conflicts.settled({ fileId, baseRevision, revision: outcome })
    return true
  } catch (error) {
    log.error(
      { err: error, ...named(listed) },
      'The store cannot note a delivery; it will be tried again',
    )
    return false
  }
}

/** @returns what the save is to the application now */
async function handOver(
  services: DeliveryServices,
  delivery: DeliveryRecord,
  { ended, onSlow }: Attempt,
): Promise<string> {
  const { metadata, opener, source, log, patience } = services
  const { documentKey, fileId, manifestId, sequenceNumber, userId, baseRevision, cause } = delivery
  const encoded = await metadata.readManifest(documentKey, manifestId)
  if (!encoded) throw new Error(`State ${sequenceNumber} of document ${fileId} is not there`)
  const manifest = await UNCOUNTED.work(decodeManifestSteps(encoded))
  const lost = new AbortController()
  const name = `DocumentSource.onSaved of ${fileId}, save ${manifestId},`
  const call = beginCall(patience, name, AbortSignal.any([ended, lost.signal]))
  const { signal } = call
  const save: SavedDocument = {
    fileId,
    saveId: manifestId,
    version: sequenceNumber,
    baseRevision,
    userId,
    ...(cause && { cause }),
    size: mainSize(manifest),
    open: async (range) => keptBytes(await openMain(opener, manifest, { range, signal })),
  }
  const stopSlow = patience.alarm(SLOW_MS, () => {
    log.warn({ ...named(delivery), slowMs: SLOW_MS }, 'onSaved is slow; others go on beside it')
    onSlow()
  })
  const stopKeeping = keep(services, delivery, () =>
    lost.abort(new Error('Another process has taken it on')),
  )
  try {
    const onSaved = () => source.onSaved(save, { signal })
    const { revision } = await call.wait(onSaved, patience.deadlines.saveMs)
    if (isRevision(revision)) return revision
    throw new TypeError(
      `DocumentSource.onSaved must give a revision, not ${JSON.stringify({ revision })}`,
    )
  } finally {
    stopSlow()
    stopKeeping()
  }
}

async function putOff(
  { metadata, log }: DeliveryServices,
  taken: DeliveryRecord,
  error: unknown,
): Promise<void> {
  const { attempts } = taken
  const delayMs = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** (attempts - 1))
  const fields = { err: error, ...named(taken), attempts, delayMs }
  log.warn(fields, 'A save could not be delivered')
  await metadata.deferDelivery(taken, delayMs)
}

/**
 * Keeps other processes from taking a save on as well; the result ends that. It begins at once: the
 * call that took it may have waited for the store for as long as it holds.
 */
function keep(
  { metadata, patience }: DeliveryServices,
  taken: DeliveryRecord,
  onLost: () => void,
): () => void {
  let stop = () => {}
  function renew(): void {
    // When it fails, another process may begin, too: the application answers a repeat.
    const renewed = metadata.deferDelivery(taken, LEASE_MS)
    renewed.then(({ ok }) => !ok && onLost()).catch(() => {})
    stop = patience.alarm(RENEWAL_MS, renew)
  }
  renew()
  return () => stop()
}

/** What a log line says of a save. */
function named({ fileId, manifestId, sequenceNumber, baseRevision, userId }: DeliveryRecord) {
  const save = { fileId, saveId: manifestId, version: sequenceNumber, baseRevision, userId }
  return { operation: 'onSaved', ...save }
}
