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
   * The newest revision: 1 to 1024 characters that the application makes up. Another content is
   * another revision, and one that was given away never comes back for other bytes.
   */
  revision: string
  /** Where it is in the application's tree; left out for one that is in no container. */
  containerId?: string
}

/** One save of a client, on its way to the application. */
export interface SavedDocument {
  fileId: string
  /** Names this save for ever: a repeat has the same, and no other save does. */
  saveId: string
  /** The number that clients know the state by; each save of a document has a larger one. */
  version: number
  /**
   * The application's revision that came before. If the application has a newer one by now, both
   * have changed: it keeps both, in whatever way its users understand.
   */
  baseRevision: string
  userId: string
  /** In bytes. */
  size: number
  /**
   * Opens the content or a part of it, as often as needed, until `onSaved` has settled. The pieces
   * are the application's to keep; whoever opens disposes.
   */
  open(range?: ByteRange): Promise<OpenedBytes>
}

/** The application has changed a document while clients were at work on it. */
export interface SourceConflict {
  fileId: string
  /** What the application has now. */
  revision: string
  /** What the host has started from. */
  knownRevision: string
  /** Of the host's present state. */
  version: number
  /** Whether clients hold a lock, or saves were still on their way to the application. */
  reason: 'locked' | 'undelivered'
}

/** The revision that was asked for is not there, or no longer the newest one of a mutable document. */
export class RevisionGoneError extends Error {
  override readonly name = 'RevisionGoneError'
  readonly code = 'REVISION_GONE'

  constructor(fileId: string, revision: string, options?: { cause?: unknown }) {
    super(`Revision ${revision} of document ${fileId} is gone`, options)
  }
}

/**
 * Documents that an application keeps in its own tables and its own storage. The host adopts a
 * document when a client first asks for it, and never moves it. fileIds are the application's:
 * `[A-Za-z0-9_-]{1,128}`.
 *
 * A rejection, other than those named here, is a failure of the application: 500 for the client that
 * waits, another attempt for a save.
 */
export interface DocumentSource {
  /**
   * `immutable`: the bytes of a revision never change, and every revision that the host has seen can
   * be opened for as long as the document exists. The host reads them where they are.
   * `mutable`: only the newest revision can be opened. The host makes a copy.
   */
  readonly revisions: 'immutable' | 'mutable'

  /**
   * The document as it is now, or `undefined` when there is none (404). Asked once or twice for each
   * request that opens, reads, locks or saves a document, and for none that goes on with what such a
   * request has begun (fragments of an upload, ranges of a download, refreshing and releasing locks).
   * Never answered from a cache of the host; and never with a revision that is older than one that
   * `onSaved` has resolved to before: a replica that lags would bring old bytes back.
   */
  find(fileId: string, options: { signal: AbortSignal }): Promise<SourceDocument | undefined>

  /**
   * Opens a revision for reading; see `BlobStore.open` for how bytes are read and disposed. Several
   * may be open at a time.
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
   * Takes over a save; when the promise resolves, the application has it durably. Saves of a document
   * come one after the other, in their order. A rejection, and one that takes longer than ten
   * minutes, is tried again later, with a growing delay, for ever; so is one whose answer was lost in
   * a crash. Hence one `saveId` may come again, and must be answered with the same revision then.
   *
   * @returns what this save is to the application from now on: with exactly these bytes
   */
  onSaved(save: SavedDocument, options: { signal: AbortSignal }): Promise<{ revision: string }>

  /**
   * Told of a conflict, once for each revision (again after a restart). The host goes on with its own
   * state; once it is unlocked and delivered it takes over what the application has then.
   * A rejection is logged.
   */
  onConflict?(conflict: SourceConflict): Promise<void> | void

  /**
   * The application's names and places. Left out: documents of the application cannot be renamed,
   * deleted or created through the host, and are in no container.
   */
  readonly tree?: SourceTree
}

/** A file of the application as it is listed in its container. */
export interface SourceFile extends Omit<TreeFile, 'version'> {
  /** As `SourceDocument` has it; with it clients notice in a list that the file has changed. */
  revision?: string
}

/**
 * The application's folders. What `createFile` adds is known to `find` of the source from then on;
 * with `containerId` `null` it is beside a document that is in no container.
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

  /** Deletes a document; its name is free at once. Deleting one that is not there is no error. */
  deleteFile(fileId: string): Promise<void>
}
