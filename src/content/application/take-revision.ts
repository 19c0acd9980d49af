import {
  type DocumentSource,
  RevisionGoneError,
  type SourceDocument,
} from '../../ports/document-source.ts'
import { PackedChunks } from '../../protocol/chunking/packed-chunks.ts'
import { tooLarge } from '../../protocol/errors.ts'
import { abandonPacks } from '../packs/abandon.ts'
import type { ContentServices } from '../saving/services.ts'
import { storeWholeContent } from '../saving/whole-content.ts'
import { type ChunkedContent, emptyContent } from '../state/chunked-content.ts'
import { ExtentList } from '../state/extents.ts'
import { applicationSource } from '../state/manifest.ts'

/** Longest name of a revision, in characters. */
const REVISION_MAX_CHARS = 1024

/** Whether a value may name a revision. Stores cannot keep half of a surrogate pair. */
export function isRevision(value: unknown): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > REVISION_MAX_CHARS)
    return false
  return value.isWellFormed() && !value.includes('\0')
}

/**
 * Takes over a revision of a document that the application keeps. An immutable revision is only
 * named; any other is copied into a pack.
 *
 * @throws RevisionGoneError when the document changes while it is copied; RangeError when it has
 *   another size than `find` said; WopiError TOO_LARGE, STORAGE_FULL
 */
export async function takeRevision(
  services: Pick<ContentServices, 'metadata' | 'blobs' | 'newId' | 'limits'>,
  source: Pick<DocumentSource, 'revisions' | 'find' | 'open'>,
  { key: documentKey, fileId }: { key: string; fileId: string },
  found: SourceDocument,
  signal: AbortSignal,
): Promise<ChunkedContent> {
  const { revision, size } = found
  if (source.revisions === 'immutable') return namedContent(fileId, found)
  const maxBytes = services.limits.maxFileBytes
  if (size > maxBytes) throw tooLarge(maxBytes)
  await using opened = await source.open(fileId, revision, { signal })
  const content = await storeWholeContent(services, documentKey, opened, { maxBytes, signal })
  try {
    const after = await source.find(fileId, { signal })
    // The application may have written while the host read: a mix of two revisions is none.
    if (after?.revision !== revision) throw new RevisionGoneError(fileId, revision)
    if (content.size !== size)
      throw new RangeError(
        `Revision ${revision} of document ${fileId} has ${content.size} bytes, not ${size}`,
      )
    return content
  } catch (error) {
    await abandonPacks(services, documentKey, content.extents.sources)
    throw error
  }
}

function namedContent(fileId: string, { revision, size }: SourceDocument): ChunkedContent {
  const empty = { ...emptyContent(), awaitsChunking: false }
  if (size === 0) return empty
  const source = applicationSource(fileId, revision)
  const extents = ExtentList.of([{ source, offset: 0, length: size }])
  return { ...empty, size, chunks: new PackedChunks(), extents }
}
