import { encodeManifest, type Manifest } from './manifest.ts'
import { mainStream } from './next-state.ts'
import type { ContentServices } from './services.ts'
import { storeWholeContent } from './whole-content.ts'

/** A document that is new to the host. */
export interface AddedDocument {
  /** With extension. */
  name: string
  ownerId: string
  content: AsyncIterable<Uint8Array>
  /** The application's own id for it; made up when left out. */
  fileId?: string
}

/** The fileId of a new document is taken. */
export class DocumentExistsError extends Error {
  override readonly name = 'DocumentExistsError'
  readonly code = 'DOCUMENT_EXISTS'
}

/**
 * Adds a document. It can be opened when the promise resolves; before that, and when `content`
 * throws, there is no such document.
 *
 * @returns its fileId
 * @throws DocumentExistsError; WopiError TOO_LARGE, STORAGE_FULL
 */
export async function addDocument(
  services: Pick<ContentServices, 'metadata' | 'blobs' | 'newId' | 'limits'>,
  { name, ownerId, content, fileId = services.newId() }: AddedDocument,
): Promise<string> {
  const key = services.newId()
  const maxBytes = services.limits.maxFileBytes
  const stored = await storeWholeContent(services, key, content, { maxBytes })
  // The stream's own time is only told of alternate streams; the row's time is the store's.
  const manifest: Manifest = { streams: [mainStream(stored, 0)], properties: [] }
  const created = await services.metadata.createDocument({
    fileId,
    key,
    name,
    ownerId,
    manifestId: services.newId(),
    manifest: encodeManifest(manifest),
    size: stored.size,
    userId: ownerId,
    newPacks: stored.extents.map((extent) => extent.pack),
  })
  if (created.ok) {
    if (stored.uncut) await services.metadata.makeDue(key, 0)
    return fileId
  }
  if (created.reason === 'exists')
    throw new DocumentExistsError(`There is a document ${fileId} already`)
  throw new Error('The new pack was condemned before it was named')
}
