import type { SaveCause } from '../protocol/save-cause.ts'
import type { ByteRange, OpenedBytes } from './blob-store.ts'
import type { Folders, TreeContainer, TreeFile } from './tree.ts'

/** A document as the application has it now. */
export interface SourceDocument {
  /** With extension. */
  name: string
  ownerId: string
  /** Of this revision, in bytes. */
  size: number
  /**
   * The newest revision: 1 to 1024 characters that the application chooses. Other content is another
   * revision, and the application never uses a revision again for other bytes.
   */
  revision: string
  /** Its container in the application's tree; absent when it is in none. */
  containerId?: string
}

/** One save of a client, on its way to the application. */
export interface SavedDocument {
  fileId: string
  /** Identifies this save: a repeat has the same id, and no other save has it. */
  saveId: string
  /** The version that clients see. It grows with each save of a document. */
  version: number
  /**
   * The application's revision before this save. If the application has a newer one by now, both
   * sides have changed the document: the application keeps both, in a way that its users understand.
   */
  baseRevision: string
  userId: string
  /**
   * What the client has said of the save: who has edited, and whether it saves by itself. Left out when
   * it said nothing, as Office does.
   */
  cause?: SaveCause
  /** In bytes. */
  size: number
  /**
   * Opens the content or a part of it, as often as needed, until `onSaved` has settled. The
   * application may keep the pieces, and disposes what it has opened.
   */
  open(range?: ByteRange): Promise<OpenedBytes>
}

/** The application has changed a document while clients were working on it. */
export interface SourceConflict {
  fileId: string
  /** What the application has now. */
  revision: string
  /** The revision that the host's state is based on. */
  knownRevision: string
  /** Of the host's present state. */
  version: number
  /** Whether clients hold a lock, or saves were still on their way to the application. */
  reason: 'locked' | 'undelivered'
}

/** There is no such revision, or it is no longer the newest one of a mutable document. */
export class RevisionGoneError extends Error {
  override readonly name = 'RevisionGoneError'
  readonly code = 'REVISION_GONE'

  constructor(fileId: string, revision: string, options?: { cause?: unknown }) {
    super(`Revision ${revision} of document ${fileId} is gone`, options)
  }
}

/**
 * Documents that an application keeps in its own tables and its own storage. The host adopts a
 * document when a client first asks for it, and never moves it. The application chooses the
 * fileIds: `[A-Za-z0-9_-]{1,128}`.
 *
 * Every rejection that is not named here is a failure of the application: a waiting client gets
 * 500, and the host tries a save again. So is a call that takes longer than the host's `deadlines`
 * say. Its signal aborts then, and also when nobody waits for the answer any more.
 */
export interface DocumentSource {
  /**
   * `immutable`: the bytes of a revision never change, and every revision that the host has seen can
   * be opened for as long as the document exists. The host reads them where they are.
   * `mutable`: only the newest revision can be opened. The host makes a copy.
   */
  readonly revisions: 'immutable' | 'mutable'

  /**
   * The document as it is now, or `undefined` when there is none (404). The host calls it once or
   * twice for each request that opens, reads, locks or saves a document. It does not call it for
   * requests that continue an earlier one: fragments of an upload, ranges of a download, refreshing
   * and releasing locks. The host caches no answer.
   *
   * An answer must not be older than a revision that `onSaved` has resolved to: answers from a
   * replica that lags would bring old bytes back.
   */
  find(fileId: string, options: { signal: AbortSignal }): Promise<SourceDocument | undefined>

  /**
   * Opens a revision for reading; `BlobStore.open` says how bytes are read and disposed. Several may
   * be open at a time.
   *
   * @param options.range the bytes wanted, exactly these; all of them when left out
   * @throws RevisionGoneError before the first byte
   */
  open(
    fileId: string,
    revision: string,
    options?: { range?: ByteRange; signal?: AbortSignal },
  ): Promise<OpenedBytes>

  /**
   * Takes over a save. When the promise resolves, the application has stored it durably. Saves of a
   * document come one after the other, in their order.
   *
   * The host tries a save again when the promise rejects or takes longer than `saveMs`, and when a
   * crash has lost the answer. It never gives up, and waits longer each time. So a `saveId` may come
   * again. It must get the same revision then.
   *
   * @returns the application's revision with exactly these bytes
   */
  onSaved(save: SavedDocument, options: { signal: AbortSignal }): Promise<{ revision: string }>

  /**
   * Reports a conflict when a request of a client, or a delivery, comes across one: at least once for
   * each revision that is met so, and again after a restart. It is a hint for people and no record: a
   * conflict that no request meets is not reported. What is certain is `baseRevision` in `onSaved`. The host continues with
   * its own state. Once that state is unlocked and delivered, the host takes over the application's
   * revision of that moment. The host logs a rejection.
   */
  onConflict?(conflict: SourceConflict): Promise<void> | void

  /**
   * The application's names and places. Without it, nobody can rename, delete or create documents
   * through the host, and documents are in no container.
   */
  readonly tree?: SourceTree
}

/** A file of the application as it is listed in its container. */
export interface SourceFile extends Omit<TreeFile, 'version'> {
  /** As in `SourceDocument`. It lets clients notice in a list that the file has changed. */
  revision?: string
}

/**
 * The application's folders. Once `createFile` has added a document, `find` of the source finds it.
 * A `containerId` of `null` puts it beside a document that is in no container.
 */
export interface SourceTree extends Folders {
  /** What is in a container, in the order of names: at most `limit` entries. */
  children(
    containerId: string,
    limit: number,
  ): Promise<{ containers: TreeContainer[]; files: SourceFile[] }>

  renameFile(
    fileId: string,
    name: string,
  ): Promise<{ ok: true } | { ok: false; reason: 'gone' | 'name-taken' }>

  /** Deletes a document; its name is free at once. Deleting one that does not exist is no error. */
  deleteFile(fileId: string): Promise<void>
}
