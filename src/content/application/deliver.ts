import type { DocumentSource, SavedDocument } from '../../ports/document-source.ts'
import type { Log } from '../../ports/log.ts'
import type { DeliveryRecord } from '../../ports/metadata/deliveries.ts'
import { keptBytes } from '../bytes/opened-bytes.ts'
import { UNCOUNTED } from '../bytes/share.ts'
import { unlessAborted } from '../bytes/single-flight.ts'
import { openMain } from '../packs/main-content.ts'
import { mainSize } from '../saving/commit.ts'
import type { ContentServices } from '../saving/services.ts'
import { decodeManifestSteps } from '../state/manifest-format.ts'
import type { Conflicts } from './conflicts.ts'
import { isRevision } from './take-revision.ts'

/** Time that the application has for one save, in ms. */
const ATTEMPT_TIMEOUT_MS = 10 * 60 * 1000
/** How long a save is a process's own when that process may have died, in ms. */
const LEASE_MS = 10_000
/** How often that is renewed while the application is at it, in ms. */
const RENEWAL_MS = 3000
/** Pause after the first failure, in ms; it doubles with each further one. */
const RETRY_FIRST_MS = 1000
const RETRY_MOST_MS = 5 * 60 * 1000

/** Calls `act` once after `ms`; the result stops it. The process ends before, unless it is `awaited`. */
export type Alarm = (ms: number, act: () => void, options?: { awaited: boolean }) => () => void

/** Where saves come from, and where they go. */
export interface DeliveryServices extends Pick<ContentServices, 'metadata' | 'opener'> {
  source: DocumentSource
  conflicts: Conflicts
  log: Log
  alarm: Alarm
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
  ended: AbortSignal,
): Promise<boolean> {
  const { metadata, conflicts, log } = services
  const { documentKey, fileId, sequenceNumber, baseRevision } = listed
  try {
    if (!(await metadata.takeDelivery(listed, LEASE_MS)).ok) return true
    const taken = { ...listed, attempts: listed.attempts + 1 }
    const outcome = await handOver(services, taken, ended).catch((error: unknown) => ({ error }))
    if (typeof outcome !== 'string') {
      await putOff(services, taken, outcome.error)
      return true
    }
    await metadata.settleDelivery(documentKey, sequenceNumber, outcome)
    conflicts.settled({ fileId, baseRevision, revision: outcome })
    return true
  } catch (error) {
    log.error({ err: error, fileId }, 'The store cannot note a delivery; it will be tried again')
    return false
  }
}

/** @returns what the save is to the application now */
async function handOver(
  services: DeliveryServices,
  delivery: DeliveryRecord,
  ended: AbortSignal,
): Promise<string> {
  const { metadata, opener, source, alarm } = services
  const { documentKey, fileId, manifestId, sequenceNumber, userId, baseRevision, cause } = delivery
  const encoded = await metadata.readManifest(documentKey, manifestId)
  if (!encoded) throw new Error(`State ${sequenceNumber} of document ${fileId} is not there`)
  const manifest = await UNCOUNTED.work(decodeManifestSteps(encoded))
  const late = new AbortController()
  const signal = AbortSignal.any([ended, late.signal])
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
  const giveUp = (reason: string) => late.abort(new Error(reason))
  const stopLate = alarm(ATTEMPT_TIMEOUT_MS, () => giveUp('The application took too long'))
  const stopKeeping = keep(services, delivery, () => giveUp('Another process has taken it on'))
  try {
    const { revision } = await unlessAborted(source.onSaved(save, { signal }), signal)
    if (isRevision(revision)) return revision
    throw new TypeError(
      `DocumentSource.onSaved must give a revision, not ${JSON.stringify({ revision })}`,
    )
  } finally {
    stopLate()
    stopKeeping()
  }
}

async function putOff(
  { metadata, log }: DeliveryServices,
  taken: DeliveryRecord,
  error: unknown,
): Promise<void> {
  const { fileId, sequenceNumber: version, attempts } = taken
  const delayMs = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** (attempts - 1))
  log.warn({ err: error, fileId, version, attempts, delayMs }, 'A save could not be delivered')
  await metadata.deferDelivery(taken, delayMs)
}

/**
 * Keeps other processes from taking a save on as well; the result ends that. It begins at once: the
 * call that took it may have waited for the store for as long as it holds.
 */
function keep(
  { metadata, alarm }: DeliveryServices,
  taken: DeliveryRecord,
  onLost: () => void,
): () => void {
  let stop = () => {}
  function renew(): void {
    // When it fails, another process may begin, too: the application answers a repeat.
    const renewed = metadata.deferDelivery(taken, LEASE_MS)
    renewed.then(({ ok }) => !ok && onLost()).catch(() => {})
    stop = alarm(RENEWAL_MS, renew)
  }
  renew()
  return () => stop()
}
