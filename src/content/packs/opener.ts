import type { BlobStore, ByteRange, OpenedBytes } from '../../ports/blob-store.ts'
import type { DocumentSource } from '../../ports/document-source.ts'
import { exactBytes } from '../bytes/opened-bytes.ts'
import { READ_AHEAD_PACKS_IN_ALL } from '../limits.ts'
import type { ByteSource } from '../state/extents.ts'

/** Opens bytes of documents, in packs or at the application. */
export interface Opener {
  /**
   * Reserves a place for bytes opened ahead of their reader; `undefined` when all places are taken.
   */
  reserveAhead(): Disposable | undefined
  /** Opens a range; see `BlobStore.open`. */
  open(
    source: ByteSource,
    options: { range: ByteRange; signal?: AbortSignal },
  ): Promise<OpenedBytes>
  /**
   * Whether this process can open the source. Revisions need the application's `DocumentSource`.
   */
  reaches(source: ByteSource): boolean
}

/** Creates an opener of packs and, with `documents`, of revisions that an application keeps. */
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
        throw new Error(
          `Revision ${revision} of document ${fileId} is kept by the application, which this process has no access to`,
        )
      const opened = await documents.open(fileId, revision, options)
      return exactBytes(opened, options.range.end - options.range.start)
    },

    reaches: ({ application }) => !application || documents !== undefined,
  }
}
