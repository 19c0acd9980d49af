import type { BlobStore } from '../../ports/blob-store.ts'
import type { EpochStore } from '../../ports/metadata/epoch.ts'
import type { NewPack } from '../../ports/metadata/pack-ref.ts'
import { throwFull } from './room.ts'

/** A durable pack that nothing names yet. */
export interface WrittenPack {
  pack: NewPack
  /** In bytes. */
  length: number
}

/** What a pack writer needs. */
export interface PackServices {
  metadata: Pick<EpochStore, 'readEpoch'>
  blobs: BlobStore
  newId: () => string
}

/** The key of a new pack: a fan-out prefix, the document, and 128 bits that nobody can guess. */
export function packKey(documentKey: string, packId: string): string {
  return `${packPrefix(documentKey)}${packId}`
}

/** The prefix of the keys of all packs of a document. */
export function packPrefix(documentKey: string): string {
  return `${documentKey.slice(0, 2)}/${documentKey}/`
}

/** The document of a pack's key; `undefined` when no pack has such a key. */
export function documentOfPack(key: string): string | undefined {
  const [fanOut, documentKey, packId, ...rest] = key.split('/')
  if (!packId || rest.length > 0 || !documentKey || documentKey.slice(0, 2) !== fanOut)
    return undefined
  return documentKey
}

/**
 * Streams bytes into a new pack. The pack is durable when the promise resolves. When `content`
 * throws or `signal` aborts, nothing of it can be read. The caller names the pack in a metadata
 * command, or leaves it to the sweeper.
 *
 * @throws WopiError STORAGE_FULL before any byte was pulled
 */
export async function writePack(
  { metadata, blobs, newId }: PackServices,
  documentKey: string,
  content: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<WrittenPack> {
  // This must come first: from here on the sweeper may condemn the new pack.
  const { epoch: since } = await metadata.readEpoch()
  const key = packKey(documentKey, newId())
  try {
    const { length, locator } = await blobs.put(key, content, signal ? { signal } : {})
    return { pack: { key, since, ...(locator !== undefined && { locator }) }, length }
  } catch (error) {
    throwFull(error)
  }
}
