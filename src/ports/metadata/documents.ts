import type { SaveCause } from '../../protocol/save-cause.ts'
import type { NewPack } from './pack-ref.ts'
import type { Place } from './place.ts'

/** Documents: their states, their locks, their places, and what clients report about them. */
export interface DocumentStore {
  /**
   * Adds a document in its first state, at sequence number 1.
   *
   * @returns `exists` when the fileId or the key is taken; `name-taken` when the container already
   *   has something of this name; `container-gone` when there is no such container; `pack-gone` when
   *   one of `newPacks` is doomed, or may have been doomed and forgotten since its key was chosen
   */
  createDocument(
    document: NewDocument,
  ): Promise<
    | { ok: true; now: number }
    | { ok: false; reason: 'exists' | 'name-taken' | 'container-gone' | 'pack-gone' }
  >

  /** A document's row and the store's time, or `undefined`. */
  readDocument(fileId: string): Promise<{ document: DocumentRecord; now: number } | undefined>

  /**
   * The states of documents, without their locks, which may be long. They come in any order, and
   * unknown documents are left out.
   *
   * @param fileIds at most 1000
   */
  readStates(fileIds: readonly string[]): Promise<DocumentStateRecord[]>

  /** Documents in the order of their fileId, starting after `after`. */
  listDocuments(page: { after?: string; limit: number }): Promise<DocumentRecord[]>

  /**
   * The encoded manifest, or `undefined` when it was pruned or never existed. Manifests never
   * change.
   */
  readManifest(documentKey: string, manifestId: string): Promise<Uint8Array | undefined>

  /** The kept states of a document, newest first. The first one is the current one. */
  listManifests(documentKey: string): Promise<ManifestRecord[]>

  /**
   * Replaces the locks of a document if its `lockVersion` is still the one that was read.
   *
   * @returns the sequence number at the moment of the change, as a save may have come since the
   *   read
   * @param locks the encoded lock state; `null` for none
   */
  replaceLocks(
    documentKey: string,
    lockVersion: number,
    locks: string | null,
  ): Promise<{ ok: true; sequenceNumber: number } | { ok: false }>

  /**
   * Gives a document another name, another container, or both, if its `lockVersion` is still the
   * one that was read. Its fileId stays. A document without a place is outside the tree, where
   * several may have the same name.
   *
   * @returns `name-taken` when the container has something else of this name; `container-gone` when
   *   there is no such container
   */
  placeDocument(
    documentKey: string,
    lockVersion: number,
    to: { name: string; place: Place | null },
  ): Promise<{ ok: true } | { ok: false; reason: 'changed' | 'name-taken' | 'container-gone' }>

  /**
   * Deletes a document with its history, its sessions, its activities and its undelivered saves, if
   * it is still in the state that was read, and makes its key due for a sweep. Its name and its
   * fileId are free at once.
   */
  deleteDocument(
    documentKey: string,
    expected: { manifestId: string; lockVersion: number },
  ): Promise<{ ok: boolean }>

  /**
   * Writes a new state and makes it the current one, ends the session that it commits, and makes the
   * document due for a sweep, in one step. The former state stays as history.
   *
   * A document that an application keeps gets a save to deliver as well, unless the state came from
   * the application (`sourceRevision`) or has the same sequence number.
   *
   * @returns `modifiedAt` of the document, which is later than that of any earlier content, even
   *   when the clock stands still or goes back, because clients use it as a version. `changed` when
   *   `manifestId` or `lockVersion` is no longer the expected one, or `now` has reached
   *   `validBefore`; `session-changed` when the session is gone, committed, or has grown since it
   *   was read; `pack-gone` when one of `newPacks` is doomed, or may have been doomed and forgotten
   *   since its key was chosen. Nothing has changed then.
   */
  commit(
    commit: Commit,
  ): Promise<
    | { ok: true; now: number; modifiedAt: number }
    | { ok: false; reason: 'changed' | 'session-changed' | 'pack-gone' }
  >

  /**
   * Adds to the activities of a document, the newest last, and drops all but the newest `keep`. It
   * does nothing when there is no such document.
   */
  appendActivities(
    documentKey: string,
    activities: readonly NewActivity[],
    keep: number,
  ): Promise<void>

  /** The newest activities of a document, newest first. */
  listActivities(documentKey: string, limit: number): Promise<ActivityRecord[]>
}

export interface NewDocument {
  /** The application's name for it, `[A-Za-z0-9_-]{1,128}`; part of the WOPISrc for ever. */
  fileId: string
  /** The internal name, `[a-z0-9]+`; part of its packs' keys. */
  key: string
  /** With extension. */
  name: string
  ownerId: string
  manifestId: string
  manifest: Uint8Array
  /** Of the MainContent stream, in bytes. */
  size: number
  userId: string
  newPacks: readonly NewPack[]
  /** Absent for a document outside the tree. */
  place?: Place
  /** The revision that was adopted, for a document that an application keeps. */
  sourceRevision?: string
}

export interface DocumentRecord {
  fileId: string
  key: string
  name: string
  ownerId: string
  manifestId: string
  sequenceNumber: number
  /** Of the MainContent stream, in bytes. */
  size: number
  /** When the content last changed; later for each new content. */
  modifiedAt: number
  /** The encoded lock state; `null` for none. */
  locks: string | null
  /**
   * Grows with every change of `locks`, name or container: everything that a save may depend on.
   */
  lockVersion: number
  /** `null` outside the tree. */
  containerId: string | null
  /**
   * For a document that an application keeps: the application's last revision that the host knows,
   * and its sequence number at the host. A smaller number than the document's means that saves wait
   * to be delivered.
   */
  source: { revision: string; sequenceNumber: number } | null
}

/** The part of a document that changes with its content. */
export type DocumentStateRecord = Pick<
  DocumentRecord,
  'fileId' | 'sequenceNumber' | 'size' | 'modifiedAt' | 'source'
>

export interface ManifestRecord {
  manifestId: string
  sequenceNumber: number
  size: number
  userId: string
  createdAt: number
  /** What the client has said of the save; left out when it said nothing. */
  cause?: SaveCause
}

export interface Commit {
  documentKey: string
  expected: {
    manifestId: string
    /** Absent for housekeeping, which changes no content. */
    lockVersion?: number
    /** When the lock that allows this commit expires. */
    validBefore?: number
  }
  manifestId: string
  manifest: Uint8Array
  size: number
  /** One more than the current one, or the same when the content is the same. */
  sequenceNumber: number
  userId: string
  /**
   * What the client says of the save. A state of the same sequence number keeps what was said of the
   * state before it.
   */
  cause?: SaveCause
  /** Packs that no earlier state of the document names. */
  newPacks: readonly NewPack[]
  /** When the document is due for a sweep, from now, in ms. */
  sweepAfterMs: number
  /** The application's revision that this state is. Such a state is no save to deliver. */
  sourceRevision?: string
  session?: {
    tokenHash: string
    /** Where the session ended when it was read. */
    received: number
    /** Identifies a repeat of this commit. */
    baseSequenceNumber: number
    digest: string
  }
}

export interface NewActivity {
  /** As the client named it. */
  activityId: string
  type: string
  userId: string
  /** The whole activity as JSON. */
  json: string
}

export interface ActivityRecord extends NewActivity {
  /** In ms since 1970 UTC. */
  receivedAt: number
}
