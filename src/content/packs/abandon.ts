import type { BlobStore } from '../../ports/blob-store.ts'
import type { GarbageStore } from '../../ports/metadata/garbage.ts'
import type { PackRef } from '../../ports/metadata/pack-ref.ts'

/**
 * Deletes packs that were written for nothing: what would have named them was refused for certain, so
 * only their writer knows their keys. They are doomed first, so that nothing can name them any more.
 * After a command of which nobody knows whether it happened they are left to the sweeper instead.
 *
 * It never rejects: the refusal counts, and the sweeper looks for what is left.
 */
export async function abandonPacks(
  { metadata, blobs }: { metadata: Pick<GarbageStore, 'abandonPacks'>; blobs: BlobStore },
  documentKey: string,
  packs: readonly PackRef[],
): Promise<void> {
  const each = [...new Map(packs.map((pack) => [pack.key, pack])).values()]
  if (each.length === 0) return
  try {
    await metadata.abandonPacks(documentKey, each)
    for (const { key, locator } of each)
      await blobs.delete(key, locator === undefined ? {} : { locator })
  } catch {}
}
