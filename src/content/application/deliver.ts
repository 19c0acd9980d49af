import type { DocumentSource, SavedDocument } from '../../ports/document-source.ts'
import type { Log } from '../../ports/log.ts'
import type { DeliveryRecord } from '../../ports/metadata/deliveries.ts'
import { copiedBytes } from '../bytes/opened-bytes.ts'
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
/** How long a process holds a save before another one may take it, in ms. */
const LEASE_MS = 10_000
/** How often the process renews its hold while the application takes the save, in ms. */
const RENEWAL_MS = 3000
/** Pause after the first failure, in ms. It doubles with each further failure. */
const RETRY_FIRST_MS = 1000
const RETRY_MOST_MS = 5 * 60 * 1000

/** What a delivery reads from and writes to. */
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
 * Delivers one save to the application, unless another process is delivering it, and records the
 * new revision. When the application fails to take the save, it is tried again later. Never
 * rejects.
 *
 * @returns `false` when the store could not record the outcome
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
      'The store could not record a delivery; the host tries it again',
    )
    return false
  }
}

/** @returns the revision that the save became */
async function handOver(
  services: DeliveryServices,
  delivery: DeliveryRecord,
  { ended, onSlow }: Attempt,
): Promise<string> {
  const { metadata, opener, source, log, patience } = services
  const { documentKey, fileId, manifestId, sequenceNumber, userId, baseRevision, cause } = delivery
  const encoded = await metadata.readManifest(documentKey, manifestId)
  if (!encoded)
    throw new Error(
      `State ${sequenceNumber} of document ${fileId} is missing from the metadata store`,
    )
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
    open: async (range) => copiedBytes(await openMain(opener, manifest, { range, signal })),
  }
  const stopSlow = patience.alarm(SLOW_MS, () => {
    log.warn({ ...named(delivery), slowMs: SLOW_MS }, 'onSaved is slow; others go on beside it')
    onSlow()
  })
  const stopRenewing = renewUntilStopped(services, delivery, () =>
    lost.abort(new Error('Another process has taken over the delivery')),
  )
  try {
    const onSaved = () => source.onSaved(save, { signal })
    const { revision } = await call.wait(onSaved, patience.deadlines.saveMs)
    if (isRevision(revision)) return revision
    throw new TypeError(
      `DocumentSource.onSaved must return a revision, not ${JSON.stringify({ revision })}`,
    )
  } finally {
    stopSlow()
    stopRenewing()
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
  log.warn(fields, 'The application did not take a save; the host tries it again after delayMs')
  await metadata.deferDelivery(taken, delayMs)
}

/**
 * Keeps other processes from taking the same save. The result ends that. It renews at once, because
 * the call that took the save may have waited for the store as long as the hold lasts.
 */
function renewUntilStopped(
  { metadata, patience }: DeliveryServices,
  taken: DeliveryRecord,
  onLost: () => void,
): () => void {
  let stop = () => {}
  function renew(): void {
    // If this fails, another process may begin, too. The application recognises the repeat.
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
