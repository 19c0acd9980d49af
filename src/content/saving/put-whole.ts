import type { DocumentRecord } from '../../ports/metadata/documents.ts'
import { tooLarge } from '../../protocol/errors.ts'
import type { SaveCause } from '../../protocol/save-cause.ts'
import type { Share } from '../bytes/share.ts'
import { applyWholePut, checkState } from '../state/next-state.ts'
import { commitNext, type SavedState } from './commit.ts'
import type { ContentServices, FoundDocument } from './services.ts'
import { storeWholeContent } from './whole-content.ts'

/** New content, and the check that it may be saved. */
export interface WholePut {
  userId: string
  /** Length that the client declared, in bytes. */
  contentLength?: number | undefined
  body: AsyncIterable<Uint8Array>
  signal: AbortSignal
  /** What the client says about the save. */
  cause?: SaveCause | undefined
  /** The share of the request (default: not counted). */
  share?: Share
  /**
   * Throws when the content must not be replaced, and returns until when it may. It runs before
   * bytes are stored, and again for the state that is replaced.
   */
  check(
    document: DocumentRecord,
    now: number,
  ): { validBefore?: number } | Promise<{ validBefore?: number }>
}

/**
 * Replaces the whole content of a document.
 *
 * @throws WopiError TOO_LARGE, STORAGE_FULL, CONTENT_LIMIT, NOT_FOUND when the document is
 *   deleted meanwhile; whatever `check` and `body` throw
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
