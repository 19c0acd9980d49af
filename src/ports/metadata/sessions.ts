import type { NewPack, PackRef } from './pack-ref.ts'

/** Upload sessions and their fragments. */
export interface SessionStore {
  /**
   * Opens an upload session.
   *
   * @returns `quota` when the user already has `maxSessions` live sessions on this document
   */
  createSession(
    session: NewSession,
  ): Promise<{ ok: true; expiresAt: number; now: number } | { ok: false; reason: 'quota' }>

  /**
   * Finds a session by the hash of its token, also an expired one until it is swept. The usage
   * counts the live sessions of the same document and of the same user.
   */
  readSession(
    tokenHash: string,
  ): Promise<{ session: SessionRecord; usage: SessionUsage; now: number } | undefined>

  /**
   * Appends a fragment of at least one byte, if the session is open and still ends where the
   * fragment starts. The session gets a new lifetime from now. The command does not look at the
   * expiry: the host judges it when a request starts.
   *
   * @returns `moved` with where the session ends now; `gone` when it was swept, cancelled or
   *   committed; `pack-gone` when the pack is doomed, or may have been doomed and forgotten
   *   since its key was chosen
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

  /** The fragments of a session, in the order of their bytes. */
  listFragments(tokenHash: string): Promise<FragmentRecord[]>

  /**
   * Sessions in the order of their id, starting after `after`, including expired and committed
   * ones.
   */
  listSessions(page: {
    fileId?: string
    after?: string
    limit: number
  }): Promise<{ sessions: SessionRecord[]; now: number }>

  /** Ends an open session. Its packs become garbage, and its document becomes due for a sweep. */
  cancelSession(sessionId: string): Promise<{ ok: boolean }>

  /**
   * Removes sessions that expired at least `graceMs` ago, removes the fragments of committed
   * sessions, and makes their documents due for a sweep.
   *
   * One call removes at most `limit` rows, of sessions and fragments together, so that no other
   * command waits for long. A session of many fragments takes several calls. After the first of
   * them, an expired session can no longer be found by its token.
   *
   * @returns how many sessions are removed or emptied now, and whether `limit` left more to do
   */
  removeDeadSessions(options: {
    graceMs: number
    limit: number
  }): Promise<{ removed: number; more: boolean }>
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
  /** Set once the session is committed. */
  committed:
    | { baseSequenceNumber: number; sequenceNumber: number; manifestId: string; digest: string }
    | undefined
}

/** What live, uncommitted sessions hold: bytes, and the fragments that these came in. */
export interface SessionUsage {
  documentBytes: number
  documentFragments: number
  userBytes: number
  userFragments: number
}

export interface AppendFragment {
  tokenHash: string
  /** Where the fragment starts in the session's stream. */
  offset: number
  length: number
  pack: NewPack
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
