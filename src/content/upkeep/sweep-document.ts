import type { BlobStore } from '../../ports/blob-store.ts'
import type { DocumentStore } from '../../ports/metadata/documents.ts'
import type { GarbageStore, References } from '../../ports/metadata/garbage.ts'
import type { PackRef } from '../../ports/metadata/pack-ref.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import { UNCOUNTED } from '../bytes/share.ts'
import { packPrefix } from '../packs/pack-writer.ts'
import { packsOf } from '../state/manifest.ts'
import { decodeManifestSteps } from '../state/manifest-format.ts'
import { pruneStates } from './prune-states.ts'
import type { Retention } from './retention.ts'

interface Services {
  metadata: MetadataStore
  blobs: BlobStore
}

/** What the sweep of a document adds to. */
interface DocumentCounts {
  documentsSwept: number
  statesPruned: number
  packsCondemned: number
  packsDeleted: number
}

/**
 * Prunes the former states of a document, condemns its packs that nothing names, and deletes those
 * that were condemned long enough ago. Counts everything in `report`.
 */
export async function sweepDocument(
  services: Services,
  documentKey: string,
  retention: Retention,
  report: DocumentCounts,
): Promise<void> {
  const { metadata } = services
  report.documentsSwept++
  report.statesPruned += await pruneStates(metadata, documentKey, retention)
  const stored = await listPacks(services, documentKey)
  const references = await metadata.readReferences(documentKey)
  const named = await namedPacks(metadata, documentKey, references)
  const packs = { stored, named }
  const judged = await judgePacks(metadata, documentKey, references, packs, retention)
  report.packsCondemned += judged.condemned
  await destroy(services, documentKey, judged.doomed)
  report.packsDeleted += judged.doomed.length
  await waitForCondemned(metadata, documentKey, retention)
}

/**
 * Must run before the references are read, so that a pack stored meanwhile is not taken for
 * garbage.
 */
async function listPacks({ blobs }: Services, documentKey: string): Promise<PackRef[]> {
  const packs: PackRef[] = []
  for await (const { key, locator } of blobs.list(packPrefix(documentKey)))
    packs.push(locator === undefined ? { key } : { key, locator })
  return packs
}

/** The keys of all packs that a kept state or a session names. */
async function namedPacks(
  metadata: DocumentStore,
  documentKey: string,
  { manifestIds, sessionPacks }: References,
): Promise<Set<string>> {
  const named = new Set(sessionPacks)
  for (const manifestId of manifestIds) {
    const encoded = await metadata.readManifest(documentKey, manifestId)
    // A state that was pruned meanwhile names nothing.
    if (!encoded) continue
    const manifest = await UNCOUNTED.work(decodeManifestSteps(encoded))
    for (const { key } of packsOf(manifest)) named.add(key)
  }
  return named
}

/**
 * Judges packs. Condemns those that nothing names, pardons condemned ones that are named after all,
 * and dooms those that were condemned long enough ago and are still not named.
 *
 * @returns the number of packs that it condemned, and the packs that are now doomed
 */
async function judgePacks(
  metadata: GarbageStore,
  documentKey: string,
  { condemned, referenceVersion }: References,
  packs: { stored: readonly PackRef[]; named: ReadonlySet<string> },
  { garbageDelayMs }: Retention,
): Promise<{ condemned: number; doomed: PackRef[] }> {
  const known = new Map(condemned.map(({ pack }) => [pack.key, pack]))
  for (const pack of packs.stored) if (!known.has(pack.key)) known.set(pack.key, pack)
  const judgement = {
    unnamed: [...known.values()].filter(({ key }) => !packs.named.has(key)),
    named: condemned.map(({ pack }) => pack.key).filter((key) => packs.named.has(key)),
    delayMs: garbageDelayMs,
  }
  if (judgement.unnamed.length + judgement.named.length === 0) return { condemned: 0, doomed: [] }
  const judged = await metadata.judgePacks(documentKey, referenceVersion, judgement)
  return judged.ok ? judged : { condemned: 0, doomed: [] }
}

/** Deletes the bytes of doomed packs, then their records. */
async function destroy(
  { metadata, blobs }: Services,
  documentKey: string,
  doomed: readonly PackRef[],
): Promise<void> {
  if (doomed.length === 0) return
  for (const pack of doomed) await blobs.delete(pack.key, locatorOf(pack))
  await metadata.forgetPacks(
    documentKey,
    doomed.map((pack) => pack.key),
  )
}

/** Requests another sweep for packs that were condemned too recently to delete. */
async function waitForCondemned(
  metadata: GarbageStore,
  documentKey: string,
  { garbageDelayMs }: Retention,
): Promise<void> {
  const { condemned, now } = await metadata.readReferences(documentKey)
  if (condemned.length === 0) return
  const oldest = Math.min(...condemned.map(({ condemnedAt }) => condemnedAt))
  await metadata.requestSweep(documentKey, Math.max(0, oldest + garbageDelayMs - now))
}

function locatorOf({ locator }: PackRef): { locator?: string } {
  return locator === undefined ? {} : { locator }
}
