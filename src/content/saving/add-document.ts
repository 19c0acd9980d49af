import type { Place } from '../../ports/metadata/place.ts'
import type { PlaceRefusal } from '../../ports/tree.ts'
import { legalName, nameKey } from '../../protocol/file-name.ts'
import { type Share, UNCOUNTED } from '../bytes/share.ts'
import { abandonPacks } from '../packs/abandon.ts'
import type { Manifest } from '../state/manifest.ts'
import { encodeManifestSteps } from '../state/manifest-format.ts'
import { mainStream } from '../state/next-state.ts'
import type { ContentServices } from './services.ts'
import { storeWholeContent } from './whole-content.ts'

/** The fileId of a new document is already taken. */
export class DocumentExistsError extends Error {
  override readonly name = 'DocumentExistsError'
  readonly code = 'DOCUMENT_EXISTS'
}

/** A document to store, with its place and content. */
export interface NewContent {
  /** File name with extension. */
  name: string
  ownerId: string
  content: AsyncIterable<Uint8Array>
  /** The application's own id for the document; generated when left out. */
  fileId?: string
  /** `null` or left out for a document outside of the tree. */
  containerId?: string | null
  /**
   * Called for another name while the name is taken, until it returns none; see `Tree.createFile`.
   */
  otherName?: () => string | undefined
  signal?: AbortSignal
  /** The share of the request (default: not counted). */
  share?: Share
}

/**
 * Adds a document, in a container or outside of the tree. Characters that clients do not allow in a
 * name become `-`.
 *
 * @throws DocumentExistsError when the fileId is taken; WopiError TOO_LARGE, STORAGE_FULL, and
 *   whatever `content` throws; no document is added then
 */
export async function storeDocument(
  services: Pick<ContentServices, 'metadata' | 'blobs' | 'newId' | 'limits'>,
  document: NewContent,
): Promise<{ ok: true; fileId: string; name: string } | { ok: false; reason: PlaceRefusal }> {
  const { ownerId, content, signal, share, otherName, fileId = services.newId() } = document
  const key = services.newId()
  const maxBytes = services.limits.maxFileBytes
  const stored = await storeWholeContent(services, key, content, {
    maxBytes,
    ...(signal && { signal }),
    ...(share && { share }),
  })
  // Only alternate streams show their own time; the time of the document comes from the store.
  const manifest: Manifest = { streams: [mainStream(stored, 0)], properties: [] }
  const row = {
    fileId,
    key,
    ownerId,
    manifestId: services.newId(),
    manifest: await (share ?? UNCOUNTED).work(encodeManifestSteps(manifest)),
    size: stored.size,
    userId: ownerId,
    newPacks: stored.extents.sources,
  }
  let refusal: PlaceRefusal = 'name-taken'
  const wanted = legalName(document.name, '')
  for (let name: string | undefined = wanted; name !== undefined; name = otherName?.()) {
    const place = placeOf(document.containerId, name)
    const created = await services.metadata.createDocument({ ...row, name, ...place })
    if (created.ok) {
      if (stored.awaitsChunking) await services.metadata.requestSweep(key, 0)
      return { ok: true, fileId, name }
    }
    if (created.reason !== 'name-taken') await abandonPacks(services, key, row.newPacks)
    refusal = refusalOf(created.reason, fileId)
    if (refusal !== 'name-taken') return { ok: false, reason: refusal }
  }
  await abandonPacks(services, key, row.newPacks)
  return { ok: false, reason: refusal }
}

/** The place in the tree, with the name. */
function placeOf(containerId: string | null | undefined, name: string): { place?: Place } {
  return containerId ? { place: { containerId, nameKey: nameKey(name) } } : {}
}

function refusalOf(reason: PlaceRefusal | 'exists' | 'pack-gone', fileId: string): PlaceRefusal {
  if (reason === 'name-taken' || reason === 'container-gone') return reason
  if (reason === 'exists') throw new DocumentExistsError(`The fileId ${fileId} is already taken`)
  throw new Error('The sweeper condemned the new pack before the document named it')
}
