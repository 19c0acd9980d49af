import { mainSize } from './commit.ts'
import { cutByDirectory } from './cut-stream.ts'
import { SWEEP_AFTER_SAVE_MS } from './limits.ts'
import {
  decodeManifest,
  encodeManifest,
  isUncut,
  type Manifest,
  type StreamState,
} from './manifest.ts'
import type { ContentServices } from './services.ts'

/**
 * Cuts the streams of a document's current state that were too large to be cut while a client
 * waited. The content stays, and so does the sequence number: only the manifest is replaced, by
 * compare-and-set, so a save that comes in between wins and this is simply done again.
 */
export async function cutLater(
  services: Pick<ContentServices, 'metadata' | 'blobs' | 'newId'>,
  documentKey: string,
  signal?: AbortSignal,
): Promise<void> {
  const current = (await services.metadata.listManifests(documentKey))[0]
  const encoded = current && (await services.metadata.readManifest(documentKey, current.manifestId))
  if (!encoded) return
  const manifest = decodeManifest(encoded)
  if (!isUncut(manifest)) return
  const next: Manifest = { ...manifest, streams: [] }
  for (const stream of manifest.streams) next.streams.push(await cut(services, stream, signal))
  await services.metadata.commit({
    documentKey,
    expected: { manifestId: current.manifestId },
    manifestId: services.newId(),
    manifest: encodeManifest(next),
    size: mainSize(next),
    sequenceNumber: current.sequenceNumber,
    userId: current.userId,
    newPacks: [],
    sweepAfterMs: SWEEP_AFTER_SAVE_MS,
  })
}

async function cut(
  { blobs }: Pick<ContentServices, 'blobs'>,
  stream: StreamState,
  signal: AbortSignal | undefined,
): Promise<StreamState> {
  if (!stream.uncut) return stream
  return { ...stream, ...(await cutByDirectory(blobs, stream.extents, stream.size, signal)) }
}
