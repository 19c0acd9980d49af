import type { BlobStore, ByteRange, OpenedBytes } from '../../ports/blob-store.ts'
import type { DocumentSource } from '../../ports/document-source.ts'
import { exactBytes } from '../bytes/opened-bytes.ts'
import { READ_AHEAD_PACKS_IN_ALL } from '../limits.ts'
import type { ByteSource } from '../state/extents.ts'

/** Opens bytes of documents wherever they lie. */
export interface Opener {
  /** Takes a place for bytes that are opened before they are needed, unless too many are. */
  reserveAhead(): Disposable | undefined
  /** Opens a range; see `BlobStore.open`. */
  open(
    source: ByteSource,
    options: { range: ByteRange; signal?: AbortSignal },
  ): Promise<OpenedBytes>
  /** Whether this process can open it: revisions of an application only where the application is. */
  reaches(source: ByteSource): boolean
}

/** Opens packs, and with `documents` also the revisions that an application keeps. */
export function createOpener(blobs: BlobStore, documents?: Pick<DocumentSource, 'open'>): Opener {
  let ahead = 0

  return {
    reserveAhead() {
      if (ahead === READ_AHEAD_PACKS_IN_ALL) return undefined
      ahead++
      let isHeld = true
      return {
        [Symbol.dispose]() {
          if (isHeld) ahead--
          isHeld = false
        },
      }
    },

    async open({ key, locator, application }, options) {
      if (!application)
        return blobs.open(key, { ...options, ...(locator !== undefined && { locator }) })
      const { fileId, revision } = application
      if (!documents)
        throw new Error(`Revision ${revision} of document ${fileId} is kept by an application`)
      const opened = await documents.open(fileId, revision, options)
      return exactBytes(opened, options.range.end - options.range.start)
    },

    reaches: ({ application }) => !application || documents !== undefined,
  }
}
