import type { MetadataStore } from '../../src/ports/metadata-store.ts'

/** Drops every state that a store lets go: all but the current one, and those still to be delivered. */
export async function pruneHistory(
  metadata: Pick<MetadataStore, 'listManifests' | 'pruneManifests'>,
  documentKey: string,
): Promise<number> {
  const states = await metadata.listManifests(documentKey)
  const ids = states.map(({ manifestId }) => manifestId)
  return metadata.pruneManifests(documentKey, ids)
}
