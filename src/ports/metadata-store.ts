/**
 * Everything about a document that can change, and nothing of its bytes.
 *
 * Rules that hold for every method:
 * - A call is one atomic command: it happens wholly or not at all, and once it has resolved it is
 *   durable. Calls that run at the same time behave as if they ran one after the other.
 * - Outcomes that a caller must expect are values. A rejected promise means that the store is
 *   broken and that nobody knows whether the command happened.
 * - Times are ms since 1970 UTC by the store's own clock, which is the only one that counts: callers
 *   pass durations, and get `now` back where they need it.
 * - Every change is conditioned on what its caller has read.
 */
export interface MetadataStore {
  /**
   * Adds a document in its first state, at sequence number 1.
   *
   * @returns `exists` when the fileId or the key is taken; `name-taken` when something of this name
   *   is in the container already; `container-gone` when there is no such container; `pack-gone`
   *   when one of `newPacks` is doomed
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
   * The states of documents, without their locks, which may be long; in any order, and those that
   * are not there are left out.
   *
   * @param fileIds at most 1000
   */
  readStates(fileIds: readonly string[]): Promise<DocumentStateRecord[]>

  /** Documents in the order of their fileId, those after `after` only. */
  listDocuments(page: { after?: string; limit: number }): Promise<DocumentRecord[]>

  /** The encoded manifest, or `undefined` when it was pruned or never was. Manifests never change. */
  readManifest(documentKey: string, manifestId: string): Promise<Uint8Array | undefined>

  /** The kept states of a document, newest first; the first one is the current one. */
  listManifests(documentKey: string): Promise<ManifestRecord[]>

  /**
   * Replaces the locks of a document if its `lockVersion` is still the one that was read.
   *
   * @returns the sequence number at the moment of the change: a save may have come since the read
   * @param locks the encoded lock state; `null` for none
   */
  replaceLocks(
    documentKey: string,
    lockVersion: number,
    locks: string | null,
  ): Promise<{ ok: true; sequenceNumber: number } | { ok: false }>

  /**
   * Gives a document another name, another container, or both, if its `lockVersion` is still the one
   * that was read. Its fileId stays. Without a place it is outside of the tree, where names may be
   * the same.
   *
   * @returns `name-taken` when something else of this name is in the container; `container-gone`
   *   when there is no such container
   */
  placeDocument(
    documentKey: string,
    lockVersion: number,
    to: { name: string; place: Place | null },
  ): Promise<{ ok: true } | { ok: false; reason: 'changed' | 'name-taken' | 'container-gone' }>

  /**
   * Deletes a document with its history, its sessions, its activities and its undelivered saves, if
   * it is still in the state that was read, and makes its key due for a sweep. The name is free at
   * once; so is the fileId.
   */
  deleteDocument(
    documentKey: string,
    expected: { manifestId: string; lockVersion: number },
  ): Promise<{ ok: boolean }>

  /**
   * Writes a new state and makes it the current one, ends the session that it commits, and makes the
   * document due for a sweep, in one step. The former state stays as history. A document that an
   * application keeps elsewhere gets a save to deliver as well, unless the state is the application's
   * own (`sourceRevision`) or has the same sequence number.
   *
   * @returns `changed` when `manifestId` or `lockVersion` is no longer the expected one, or `now` has
   *   reached `validBefore`; `session-changed` when the session is gone, committed, or has grown
   *   since it was read; `pack-gone` when one of `newPacks` is doomed. Nothing has changed then.
   */
  commit(
    commit: Commit,
  ): Promise<
    { ok: true; now: number } | { ok: false; reason: 'changed' | 'session-changed' | 'pack-gone' }
  >

  /**
   * Opens an upload session.
   *
   * @returns `quota` when the user has `maxSessions` live sessions on this document already
   */
  createSession(
    session: NewSession,
  ): Promise<{ ok: true; expiresAt: number; now: number } | { ok: false; reason: 'quota' }>

  /**
   * A session by the hash of its token, with the store's time and the bytes that live sessions of
   * the same document and of the same user hold. Expired ones are returned until they are swept.
   */
  readSession(
    tokenHash: string,
  ): Promise<{ session: SessionRecord; usage: SessionUsage; now: number } | undefined>

  /**
   * Appends a fragment of at least one byte if the session is open and still ends where the fragment starts, and gives
   * the session a new lifetime from now. It does not look at the expiry, which is judged when a
   * request starts.
   *
   * @returns `moved` with where the session ends now; `gone` when it was swept, cancelled or
   *   committed; `pack-gone` when the pack is doomed
   */
  appendFragment(
    append: AppendFragment,
  ): Promise<
    | { ok: true; received: number; expiresAt: number }
    | { ok: false; reason: 'moved'; received: number }
    | { ok: false; reason: 'gone' | 'pack-gone' }
  >

  /** Gives an open session that still ends at `received` a new lifetime from now. */
  extendSession(
    tokenHash: string,
    received: number,
    lifetimeMs: number,
  ): Promise<{ ok: true; expiresAt: number } | { ok: false }>

  /** The fragments of a session in the order of their bytes. */
  listFragments(tokenHash: string): Promise<FragmentRecord[]>

  /** Sessions in the order of their id, those after `after` only, expired and committed ones too. */
  listSessions(page: {
    fileId?: string
    after?: string
    limit: number
  }): Promise<{ sessions: SessionRecord[]; now: number }>

  /** Ends an open session; its packs become garbage, and its document goes into the due-queue. */
  cancelSession(sessionId: string): Promise<{ ok: boolean }>

  /**
   * Removes sessions that expired at least `graceMs` ago, and the fragments of committed ones, and
   * puts their documents into the due-queue. It removes at most `limit` rows, of sessions and
   * fragments together, so that no other command waits for it for long: a session of many fragments
   * takes several calls. One that expired is not found by its token from the first of them on.
   *
   * @returns how many sessions are removed or emptied now, and whether `limit` left something over
   */
  removeDeadSessions(options: {
    graceMs: number
    limit: number
  }): Promise<{ removed: number; more: boolean }>

  /** Documents that are due for a sweep by now, longest due first. They stay in the queue. */
  listDue(limit: number): Promise<{ documentKey: string; dueAt: number }[]>

  /**
   * Makes a document due for a sweep. If it is due already, the earlier time counts, and the latest
   * time counts once the earlier sweep has finished.
   */
  requestSweep(documentKey: string, delayMs: number): Promise<void>

  /**
   * Takes a document that was due at `dueAt` out of the queue: its sweep has finished. If another
   * sweep was requested meanwhile, the document stays, and the latest time counts from now on.
   */
  finishSweep(documentKey: string, dueAt: number): Promise<void>

  /**
   * Drops former states: those beyond the newest `keep`, and those that were replaced more than
   * `maxAgeMs` ago; never the current one, nor one that is still to be delivered.
   *
   * @returns how many were dropped
   */
  pruneManifests(documentKey: string, options: { keep: number; maxAgeMs: number }): Promise<number>

  /**
   * What may name packs of a document, as one consistent picture. `referenceVersion` grows with
   * every command that names a new pack, which also pardons that pack if it is condemned and not yet
   * doomed; it is 0 for a document that does not exist.
   */
  readReferences(documentKey: string): Promise<References>

  /**
   * Applies what a sweep has found out about packs, if `referenceVersion` is unchanged. A pack that
   * nothing names is condemned by one judgement and doomed by a later one. Once it is doomed, no
   * command can name it any more, so its bytes may go.
   *
   * @returns those of `unnamed` that are doomed now, also those that were doomed before, and how
   *   many were condemned by this judgement
   */
  judgePacks(
    documentKey: string,
    referenceVersion: number,
    judgement: PackJudgement,
  ): Promise<{ ok: true; condemned: number; doomed: PackRef[] } | { ok: false }>

  /** Forgets doomed packs whose bytes are gone. */
  forgetPacks(documentKey: string, keys: readonly string[]): Promise<void>

  /**
   * The container at the top of the tree. `candidate` becomes it if there is none yet.
   */
  ensureRootContainer(candidate: {
    containerId: string
    name: string
    ownerId: string
  }): Promise<ContainerRecord>

  /**
   * Adds an empty container.
   *
   * @returns `exists` when the containerId is taken; `name-taken` when something of this name is in
   *   the parent already; `container-gone` when there is no such parent
   */
  createContainer(
    container: NewContainer,
  ): Promise<
    | { ok: true; container: ContainerRecord }
    | { ok: false; reason: 'exists' | 'name-taken' | 'container-gone' }
  >

  readContainer(containerId: string): Promise<ContainerRecord | undefined>

  /**
   * A container and those above it, the topmost first. At most `limit`, of which those next to the
   * container are kept.
   */
  listAncestors(containerId: string, limit: number): Promise<ContainerRecord[]>

  /** What is in a container, in the order of the code points of `nameKey`, after `after` only. */
  listChildren(containerId: string, page: { after?: string; limit: number }): Promise<ChildRecord[]>

  /** What has this name in a container, or `undefined`. */
  findChild(containerId: string, nameKey: string): Promise<ChildRecord | undefined>

  /**
   * Gives a container another name, another parent, or both. Its containerId stays. The topmost one
   * has no place, and only that one.
   *
   * @returns `gone` when there is no such container; `container-gone` when there is no such parent;
   *   `cycle` when the parent is the container itself or below it, when the topmost one is given a
   *   place, and when another one is given none; `name-taken` when something else of this name is in
   *   the parent
   */
  placeContainer(
    containerId: string,
    to: { name: string; place: Place | null },
  ): Promise<
    { ok: true } | { ok: false; reason: 'gone' | 'name-taken' | 'container-gone' | 'cycle' }
  >

  /**
   * Deletes an empty container.
   *
   * @returns `not-empty` also for the topmost one, which stays
   */
  deleteContainer(
    containerId: string,
  ): Promise<{ ok: true } | { ok: false; reason: 'gone' | 'not-empty' }>

  /** What clients have stored about a user, or `undefined`. */
  readUserInfo(userId: string): Promise<string | undefined>

  writeUserInfo(userId: string, userInfo: string): Promise<void>

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

  /**
   * Saves that an application has not been told of yet: of each document the oldest one, if its time
   * has come; longest due first. `nextAt` is when the earliest of all saves that wait is due, which
   * may be in the past; it is `undefined` when no save waits.
   */
  listDeliveries(
    limit: number,
  ): Promise<{ deliveries: DeliveryRecord[]; nextAt: number | undefined; now: number }>

  /**
   * Notes that the application has a save, as this revision. The next save of the document is due
   * at once.
   *
   * @returns `false` when this save is no longer the oldest one that waits
   */
  settleDelivery(
    documentKey: string,
    sequenceNumber: number,
    revision: string,
  ): Promise<{ ok: boolean }>

  /**
   * Takes on a save that was listed, and counts the attempt: for `leaseMs` it is listed to nobody.
   *
   * @returns `false` when it is no longer the oldest one that waits, or was taken since
   */
  takeDelivery(listed: DeliveryAttempt, leaseMs: number): Promise<{ ok: boolean }>

  /**
   * Lists the oldest save that waits no sooner than in `delayMs`, be it put off or still under way.
   *
   * @returns `false` when it is no longer the oldest one, or somebody else has taken it since; nothing
   *   has changed then
   */
  deferDelivery(taken: DeliveryAttempt, delayMs: number): Promise<{ ok: boolean }>

  /** The secret of this name; `candidate` becomes it if there is none yet. */
  ensureSecret(name: string, candidate: Uint8Array): Promise<Uint8Array>

  /** Resolves when the store can be used; rejects with the reason when it cannot. */
  check(): Promise<void>

  /** Finishes the calls under way and closes the store. */
  close(): Promise<void>
}

/** A blob that holds bytes of one document. */
export interface PackRef {
  key: string
  locator?: string
}

/** A place in the tree: a container, and the name there in the form in which names are compared. */
export interface Place {
  containerId: string
  nameKey: string
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
  newPacks: readonly PackRef[]
  /** Left out for a document outside of the tree. */
  place?: Place
  /** The revision that was adopted, of a document that an application keeps elsewhere. */
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
  /** When the content last changed. */
  modifiedAt: number
  /** The encoded lock state; `null` for none. */
  locks: string | null
  /** Grows with every change of `locks`, name or container: what a save may depend on. */
  lockVersion: number
  /** `null` outside of the tree. */
  containerId: string | null
  /**
   * Of a document that an application keeps elsewhere: the last revision of the application's that
   * is known here, and the sequence number that it has here. A smaller number than the document's
   * means that saves wait to be delivered.
   */
  source: { revision: string; sequenceNumber: number } | null
}

/** What of a document changes with its content. */
export type DocumentStateRecord = Pick<
  DocumentRecord,
  'fileId' | 'sequenceNumber' | 'size' | 'modifiedAt' | 'source'
>

export interface ContainerRecord {
  containerId: string
  name: string
  ownerId: string
  /** `null` for the topmost one. */
  parentId: string | null
}

export interface NewContainer {
  /** `[A-Za-z0-9_-]{1,128}`; part of its address for ever. */
  containerId: string
  name: string
  ownerId: string
  place: Place
}

/** One entry of a container. */
export type ChildRecord = { nameKey: string } & (
  | { kind: 'container'; container: ContainerRecord }
  | { kind: 'document'; document: DocumentRecord }
)

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

/** A save that an application has not been told of yet. */
export interface DeliveryRecord {
  documentKey: string
  fileId: string
  manifestId: string
  sequenceNumber: number
  userId: string
  /** The revision that the application had when the save before was delivered. */
  baseRevision: string
  savedAt: number
  /** How often it was taken on already. */
  attempts: number
}

/** One attempt at a delivery. */
export type DeliveryAttempt = Pick<DeliveryRecord, 'documentKey' | 'sequenceNumber' | 'attempts'>

export interface ManifestRecord {
  manifestId: string
  sequenceNumber: number
  size: number
  userId: string
  createdAt: number
}

export interface Commit {
  documentKey: string
  expected: {
    manifestId: string
    /** Left out by housekeeping, which changes no content. */
    lockVersion?: number
    /** When the lock that allows this commit runs out. */
    validBefore?: number
  }
  manifestId: string
  manifest: Uint8Array
  size: number
  /** One more than the current one, or the same when the content is the same. */
  sequenceNumber: number
  userId: string
  /** Packs that no earlier state of the document names. */
  newPacks: readonly PackRef[]
  /** When the document shall be swept, from now, in ms. */
  sweepAfterMs: number
  /** The application's revision that this state is, which makes it no save to deliver. */
  sourceRevision?: string
  session?: {
    tokenHash: string
    /** Where the session ended when it was read. */
    received: number
    /** What a repeat of this commit is known by. */
    baseSequenceNumber: number
    digest: string
  }
}

export interface NewSession {
  /** Public name, for listing and cancelling; not the token. */
  id: string
  /** SHA-256 of the token, in lowercase hex. */
  tokenHash: string
  fileId: string
  documentKey: string
  userId: string
  lifetimeMs: number
  maxSessions: number
}

export interface SessionRecord {
  id: string
  tokenHash: string
  fileId: string
  documentKey: string
  userId: string
  createdAt: number
  expiresAt: number
  /** Bytes received and durable: where the next fragment starts. */
  received: number
  fragmentCount: number
  /** Parser state at `received`; `undefined` at the start. */
  checkpoint: Uint8Array | undefined
  /** Set when the session was committed. */
  committed:
    | { baseSequenceNumber: number; sequenceNumber: number; manifestId: string; digest: string }
    | undefined
}

/** Bytes held by live, uncommitted sessions. */
export interface SessionUsage {
  documentBytes: number
  userBytes: number
}

export interface AppendFragment {
  tokenHash: string
  /** Where the fragment starts in the session's stream. */
  offset: number
  length: number
  pack: PackRef
  /** Chunks that this fragment completed, encoded by the caller. */
  chunks: Uint8Array
  checkpoint: Uint8Array
  lifetimeMs: number
}

export interface FragmentRecord {
  offset: number
  length: number
  pack: PackRef
  chunks: Uint8Array
}

/** What a sweep has found out about packs of one document. */
export interface PackJudgement {
  /**
   * Packs that nothing names. Those that were condemned at least `delayMs` ago are doomed. Those that
   * are not condemned yet are condemned now, and not doomed by the same judgement.
   */
  unnamed: readonly PackRef[]
  /** Keys of packs that something names. They are pardoned, unless they are doomed. */
  named: readonly string[]
  delayMs: number
}

export interface References {
  referenceVersion: number
  now: number
  manifestIds: string[]
  sessionPacks: string[]
  condemned: { pack: PackRef; condemnedAt: number; doomed: boolean }[]
}
