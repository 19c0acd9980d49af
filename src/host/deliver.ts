import { mainSize } from '../content/commit.ts'
import type { Conflicts } from '../content/conflicts.ts'
import { isRevision } from '../content/foreign.ts'
import { keptBytes } from '../content/foreign-bytes.ts'
import { openMain } from '../content/main-content.ts'
import { decodeManifest } from '../content/manifest.ts'
import type { ContentServices } from '../content/services.ts'
import { unlessAborted } from '../content/single-flight.ts'
import type { DocumentSource, SavedDocument } from '../ports/document-source.ts'
import type { Log } from '../ports/log.ts'
import type { DeliveryRecord } from '../ports/metadata-store.ts'

/** Time that the application has for one save, in ms. */
const ATTEMPT_TIMEOUT_MS = 10 * 60 * 1000
/** Pause after the first failure, in ms; it doubles with each further one. */
const RETRY_FIRST_MS = 1000
const RETRY_MOST_MS = 5 * 60 * 1000

/** Calls `act` once after `ms`; the result stops it. */
export type Alarm = (ms: number, act: () => void) => () => void

/** Where saves come from, and where they go. */
export interface DeliveryServices extends Pick<ContentServices, 'metadata' | 'opener'> {
  source: DocumentSource
  conflicts: Conflicts
  log: Log
  alarm: Alarm
}

/**
 * Brings one save to the application, and notes that it has it; when it does not take it, the save is
 * put off. Never rejects.
 */
export async function deliver(
  services: DeliveryServices,
  delivery: DeliveryRecord,
  ended: AbortSignal,
): Promise<void> {
  const { documentKey, fileId, sequenceNumber, baseRevision } = delivery
  try {
    const revision = await handOver(services, delivery, ended)
    await services.metadata.settleDelivery(documentKey, sequenceNumber, revision)
    services.conflicts.settled({ fileId, baseRevision, revision })
  } catch (error) {
    await putOff(services, delivery, error)
  }
}

/** @returns what the save is to the application now */
async function handOver(
  { metadata, opener, source, alarm }: DeliveryServices,
  delivery: DeliveryRecord,
  ended: AbortSignal,
): Promise<string> {
  const { documentKey, fileId, manifestId, sequenceNumber, userId, baseRevision } = delivery
  const encoded = await metadata.readManifest(documentKey, manifestId)
  if (!encoded) throw new Error(`State ${sequenceNumber} of document ${fileId} is not there`)
  const manifest = decodeManifest(encoded)
  const late = new AbortController()
  const signal = AbortSignal.any([ended, late.signal])
  const save: SavedDocument = {
    fileId,
    saveId: manifestId,
    version: sequenceNumber,
    baseRevision,
    userId,
    size: mainSize(manifest),
    open: async (range) => keptBytes(await openMain(opener, manifest, { range, signal })),
  }
  const giveUp = () => late.abort(new Error('The application took too long'))
  const stop = alarm(ATTEMPT_TIMEOUT_MS, giveUp)
  try {
    const { revision } = await unlessAborted(source.onSaved(save, { signal }), signal)
    if (isRevision(revision)) return revision
    throw new TypeError(
      `DocumentSource.onSaved must give a revision, not ${JSON.stringify({ revision })}`,
    )
  } finally {
    stop()
  }
}

async function putOff(
  { metadata, log }: DeliveryServices,
  { documentKey, fileId, sequenceNumber: version, attempts }: DeliveryRecord,
  error: unknown,
): Promise<void> {
  const delayMs = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** attempts)
  log.warn({ err: error, fileId, version, attempts, delayMs }, 'A save could not be delivered')
  await metadata
    .deferDelivery(documentKey, version, delayMs)
    .catch((failure) => log.error({ err: failure, fileId }, 'The delivery cannot be put off'))
}
