import type { DocumentChunking } from './chunk-document.ts'
import type { DocumentState } from './replies.ts'
import type { ConnectionOptions } from './transport.ts'
import type { UploadState } from './upload-state.ts'

/** How far an upload is. */
export interface UploadProgress {
  phase: 'reading' | 'sending' | 'committing'
  /** Bytes of the document that are read, or of those to be sent that the host has acknowledged. */
  done: number
  total: number
  /**
   * How the document was split into chunks, once it is read. With `content`, only changed parts of
   * any document are sent.
   */
  chunking?: DocumentChunking
}

export interface UploadOptions extends ConnectionOptions {
  signal?: AbortSignal | undefined
  onProgress?: ((progress: UploadProgress) => void) | undefined
  /** Largest body of an UpdateUploadSession, in bytes, held in memory (default: 8 MiB). */
  fragmentBytes?: number | undefined
  /** What an earlier, broken upload last gave to `onState`. */
  state?: UploadState | undefined
  /**
   * Given what to keep for a later run, and awaited before the upload goes on; `undefined` when
   * there is nothing left to be resumed or released.
   */
  onState?: ((state: UploadState | undefined) => void | Promise<void>) | undefined
  /**
   * How often others may save the document meanwhile, since the first run began, before the upload
   * gives up rather than replace what they saved (default: 5).
   */
  conflictTries?: number | undefined
  /**
   * Whether to chunk documents that are no archives by their content, so that only changed parts
   * are sent (default: yes). Without it, a host that takes such a document in one chunk only is
   * spared the first try.
   */
  chunkByContent?: boolean | undefined
  /** Save a new state even when the host has exactly this content (default: no). */
  always?: boolean | undefined
  /** @internal Makes the id of the WOPI lock, unique at the host. */
  newLockId?: (() => string) | undefined
}

export interface UploadResult extends DocumentState {
  /** Whether a new state was saved; `false` when the host had this very content. */
  saved: boolean
  /** How the document was split into chunks for this upload. */
  chunking: DocumentChunking
  /** Whether the session of an earlier run was gone on with. */
  resumed: boolean
  /** Bytes of the document that this run sent, and its size. */
  bytesSent: number
  bytesTotal: number
  /** Chunks of which this run sent the end, and how many the document has. */
  chunksSent: number
  chunksTotal: number
  /** `false` when the host did not answer: the WOPI lock goes away within half an hour. */
  lockReleased: boolean
}
