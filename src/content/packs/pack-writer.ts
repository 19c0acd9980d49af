import type { BlobStore } from '../../ports/blob-store.ts'
import type { EpochStore } from '../../ports/metadata/epoch.ts'
import type { NewPack } from '../../ports/metadata/pack-ref.ts'
import { throwFull } from './room.ts'

/** A pack that is durable but that nothing names yet. */
export interface WrittenPack {
  pack: NewPack
  /** In bytes. */
  length: number
}

/** What packs are written with. */
export interface PackServices {
  metadata: Pick<EpochStore, 'readEpoch'>
  blobs: BlobStore
  newId: () => string
}

/** The key of a new pack: a fan-out of the store, the document, and 128 bits that nobody can guess. */
export function packKey(documentKey: string, packId: string): string {
  return `${packPrefix(documentKey)}${packId}`
}

/** What the keys of all packs of a document start with. */
export function packPrefix(documentKey: string): string {
  return `${documentKey.slice(0, 2)}/${documentKey}/`
}

/** The document whose pack a key names, or `undefined` for a key that no pack has. */
export function documentOfPack(key: string): string | undefined {
  const [fanOut, documentKey, packId, ...rest] = key.split('/')
  if (!packId || rest.length > 0 || !documentKey || documentKey.slice(0, 2) !== fanOut)
    return undefined
  return documentKey
}

/**
 * Streams bytes into a new pack. It is durable when the promise resolves; when `content` throws or
 * `signal` aborts, nothing can be read of it. The caller names it in a metadata command, or leaves
 * it to the sweeper.
 *
 * @throws WopiError STORAGE_FULL before any byte was pulled
 */
export async function writePack(
  { metadata, blobs, newId }: PackServices,
  documentKey: string,
  content: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<WrittenPack> {
  // First of all: what the sweeper condemns from here on may be this pack.
  const { epoch: since } = await metadata.readEpoch()
  const key = packKey(documentKey, newId())
  try {
    const { length, locator } = await blobs.put(key, content, signal ? { signal } : {})
    return { pack: { key, since, ...(locator !== undefined && { locator }) }, length }
  } catch (error) {
    throwFull(error)
  }
}
