import type { MetadataStore } from '../../ports/metadata-store.ts'
import { outdatedStates, type Retention } from './retention.ts'

/**
 * Drops the states of a document that are kept no longer. What is former stays former, so nobody can
 * have made it current again in between.
 *
 * @returns how many were dropped
 */
export async function pruneStates(
  metadata: Pick<MetadataStore, 'listManifests' | 'readReferences' | 'pruneManifests'>,
  documentKey: string,
  retention: Retention,
): Promise<number> {
  const states = await metadata.listManifests(documentKey)
  if (states.length < 2) return 0
  const { now } = await metadata.readReferences(documentKey)
  const outdated = outdatedStates(states, retention, now)
  return outdated.length === 0 ? 0 : metadata.pruneManifests(documentKey, outdated)
}
