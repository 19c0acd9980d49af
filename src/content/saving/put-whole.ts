import type { DocumentRecord } from '../../ports/metadata/documents.ts'
import { tooLarge } from '../../protocol/errors.ts'
import type { SaveCause } from '../../protocol/save-cause.ts'
import type { Share } from '../bytes/share.ts'
import { applyWholePut, checkState } from '../state/next-state.ts'
import { commitNext, type SavedState } from './commit.ts'
import type { ContentServices, FoundDocument } from './services.ts'
import { storeWholeContent } from './whole-content.ts'

/** A new content, and who may put it. */
export interface WholePut {
  userId: string
  /** In bytes, when the client has said so. */
  contentLength?: number | undefined
  body: AsyncIterable<Uint8Array>
  signal: AbortSignal
  /** What the client says of the save. */
  cause?: SaveCause | undefined
  /** Of the request that brings it (default: not counted). */
  share?: Share
  /**
   * Throws when the content must not be replaced, and tells until when it may. It is asked before
   * bytes are stored, and for the state that is replaced.
   */
  check(
    document: DocumentRecord,
    now: number,
  ): { validBefore?: number } | Promise<{ validBefore?: number }>
}

/**
 * Replaces the whole content of a document.
 *
 * @throws WopiError TOO_LARGE, STORAGE_FULL, CONTENT_LIMIT, NOT_FOUND when it is gone meanwhile, and
 *   what `check` and `body` throw
 */
export async function putWhole(
  services: ContentServices,
  { document: file, now }: FoundDocument,
  { userId, contentLength, body, signal, cause, share, check }: WholePut,
): Promise<SavedState> {
  const maxBytes = services.limits.maxFileBytes
  await check(file, now)
  if ((contentLength ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const content = await storeWholeContent(services, file.key, body, {
    maxBytes,
    signal,
    ...(share && { share }),
  })

  const newPacks = content.extents.sources
  const target = {
    fileId: file.fileId,
    documentKey: file.key,
    userId,
    packs: newPacks,
    ...(cause && { cause }),
    ...(share && { share }),
  }
  return commitNext(services, target, async ({ document, manifest, now }) => {
    const { validBefore } = await check(document, now)
    const next = applyWholePut(manifest, content, now)
    checkState(next, maxBytes)
    return { manifest: next, validBefore, newPacks }
  })
}
