import type { DocumentRecord } from '../../ports/metadata/documents.ts'
import { SWEEP_AFTER_SAVE_MS } from '../limits.ts'
import type { Manifest } from '../state/manifest.ts'
import { encodeManifest } from '../state/manifest-format.ts'
import { mainSize } from './commit.ts'
import type { ContentServices } from './services.ts'

/**
 * Describes the same state by another manifest, unless a save comes in between. The sequence number
 * stays.
 */
export async function replaceManifest(
  { metadata, newId }: Pick<ContentServices, 'metadata' | 'newId'>,
  { key, manifestId, sequenceNumber }: DocumentRecord,
  manifest: Manifest,
): Promise<void> {
  const [current] = await metadata.listManifests(key)
  if (current?.manifestId !== manifestId) return
  await metadata.commit({
    documentKey: key,
    expected: { manifestId },
    manifestId: newId(),
    manifest: encodeManifest(manifest),
    size: mainSize(manifest),
    sequenceNumber,
    userId: current.userId,
    newPacks: [],
    sweepAfterMs: SWEEP_AFTER_SAVE_MS,
  })
}
