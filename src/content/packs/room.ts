import { type BlobStore, BlobStoreFullError } from '../../ports/blob-store.ts'
import { WopiError } from '../../protocol/errors.ts'

/**
 * Makes sure that there is room for something new, also where that is metadata alone: the reserve is
 * for what makes room.
 *
 * @throws WopiError STORAGE_FULL
 */
export async function requireRoom({ blobs }: { blobs: BlobStore }): Promise<void> {
  await blobs.checkRoom?.().catch(throwFull)
}

/** @throws WopiError STORAGE_FULL for a full store, and any other error as it is */
export function throwFull(error: unknown): never {
  if (error instanceof BlobStoreFullError) throw new WopiError('STORAGE_FULL', { cause: error })
  throw error
}
