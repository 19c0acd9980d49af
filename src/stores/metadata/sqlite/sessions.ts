import type {
  AppendFragment,
  FragmentRecord,
  SessionRecord,
} from '../../../ports/metadata-store.ts'
import { type Commands, checkFragmentLength } from '../commands.ts'
import { clearDeadSessions, type DeadSessions } from '../dead-sessions.ts'
import type { Database } from './database.ts'
import { anyDoomed, namePacks, packRef, putIntoQueue } from './packs.ts'

type SessionCommands = Commands<
  | 'createSession'
  | 'readSession'
  | 'appendFragment'
  | 'extendSession'
  | 'listFragments'
  | 'listSessions'
  | 'cancelSession'
  | 'removeDeadSessions'
>

const SESSION_COLUMNS = `
  id, token_hash AS tokenHash, file_id AS fileId, document_key AS documentKey, user_id AS userId,
  created_at AS createdAt, expires_at AS expiresAt, received, fragment_count AS fragmentCount,
  checkpoint, state, base_sequence_number AS baseSequenceNumber,
  sequence_number AS sequenceNumber, manifest_id AS manifestId, digest`

type SessionRow = Omit<SessionRecord, 'checkpoint' | 'committed'> & {
  checkpoint: Uint8Array | null
  state: 'open' | 'committed' | 'emptied'
} & NonNullable<SessionRecord['committed']>

interface OpenSession {
  session: number
  documentKey: string
  received: number
}

/** The commands about upload sessions and their fragments. */
export function sessionCommands(db: Database): SessionCommands {
  return {
    createSession(now, { lifetimeMs, maxSessions, ...session }) {
      if (countLive(db, session, now) >= maxSessions) return { ok: false, reason: 'quota' }
      const expiresAt = now + lifetimeMs
      db.run(
        `INSERT INTO sessions
           (id, token_hash, file_id, document_key, user_id, created_at, expires_at)
         VALUES (:id, :tokenHash, :fileId, :documentKey, :userId, :now, :expiresAt)`,
        { ...session, now, expiresAt },
      )
      return { ok: true, expiresAt, now }
    },

    readSession(now, tokenHash) {
      const row = db.get<SessionRow & { documentBytes: number; userBytes: number }>(
        `SELECT ${SESSION_COLUMNS},
           (SELECT coalesce(sum(received), 0) FROM sessions WHERE state = 'open'
              AND document_key = mine.document_key AND expires_at > :now) AS documentBytes,
           (SELECT coalesce(sum(received), 0) FROM sessions WHERE state = 'open'
              AND user_id = mine.user_id AND expires_at > :now) AS userBytes
         FROM sessions AS mine WHERE token_hash = :tokenHash`,
        { now, tokenHash },
      )
      if (row === undefined) return undefined
      const { documentBytes, userBytes } = row
      return { session: sessionRecord(row), usage: { documentBytes, userBytes }, now }
    },

    appendFragment(now, append) {
      checkFragmentLength(append.length)
      const open = findOpen(db, append.tokenHash)
      if (open === undefined) return { ok: false, reason: 'gone' }
      const { documentKey, received } = open
      if (received !== append.offset) return { ok: false, reason: 'moved', received }
      if (anyDoomed(db, documentKey, [append.pack])) return { ok: false, reason: 'pack-gone' }

      insertFragment(db, open.session, append)
      namePacks(db, documentKey, [append.pack])
      return { ok: true, ...moveSession(db, open.session, append, now + append.lifetimeMs) }
    },

    extendSession(now, tokenHash, received, lifetimeMs) {
      const expiresAt = now + lifetimeMs
      const changed = db.run(
        `UPDATE sessions SET expires_at = :expiresAt
         WHERE token_hash = :tokenHash AND state = 'open' AND received = :received`,
        { tokenHash, received, expiresAt },
      )
      return changed === 1 ? { ok: true, expiresAt } : { ok: false }
    },

    listFragments(_now, tokenHash) {
      const rows = db.all<Omit<FragmentRecord, 'pack'> & { key: string; locator: string | null }>(
        `SELECT offset, length, pack_key AS key, pack_locator AS locator, chunks
         FROM fragments WHERE session = (SELECT session FROM sessions WHERE token_hash = :tokenHash)
         ORDER BY offset`,
        { tokenHash },
      )
      return rows.map(({ key, locator, ...row }) => ({ ...row, pack: packRef({ key, locator }) }))
    },

    listSessions(now, { fileId = null, after = '', limit }) {
      const ofFile = fileId === null ? '' : 'AND file_id = :fileId'
      const rows = db.all<SessionRow>(
        `SELECT ${SESSION_COLUMNS} FROM sessions WHERE id > :after ${ofFile}
         ORDER BY id LIMIT :limit`,
        { fileId, after, limit },
      )
      return { sessions: rows.map(sessionRecord), now }
    },

    cancelSession(now, id) {
      // The fragments go with it, by cascade.
      const removed = db.get<{ documentKey: string }>(
        `DELETE FROM sessions WHERE state = 'open' AND id = :id
         RETURNING document_key AS documentKey`,
        { id },
      )
      if (removed === undefined) return { ok: false }
      putIntoQueue(db, removed.documentKey, now)
      return { ok: true }
    },

    removeDeadSessions: (now, { graceMs, limit }) =>
      clearDeadSessions(deadSessions(db, { now, latest: now - graceMs, limit }), limit),
  }
}

function countLive(
  db: Database,
  { documentKey, userId }: { documentKey: string; userId: string },
  now: number,
): number {
  const row = db.get<{ count: number }>(
    `SELECT count(*) AS count FROM sessions
     WHERE state = 'open' AND document_key = :documentKey AND user_id = :userId
       AND expires_at > :now`,
    { documentKey, userId, now },
  )
  return row?.count ?? 0
}

function findOpen(db: Database, tokenHash: string): OpenSession | undefined {
  return db.get<OpenSession>(
    `SELECT session, document_key AS documentKey, received FROM sessions
     WHERE token_hash = :tokenHash AND state = 'open'`,
    { tokenHash },
  )
}

function insertFragment(db: Database, session: number, append: AppendFragment): void {
  const { offset, length, pack, chunks } = append
  db.run(
    `INSERT INTO fragments (session, offset, length, pack_key, pack_locator, chunks)
     VALUES (:session, :offset, :length, :key, :locator, :chunks)`,
    { session, offset, length, key: pack.key, locator: pack.locator ?? null, chunks },
  )
}

function moveSession(
  db: Database,
  session: number,
  { offset, length, checkpoint }: AppendFragment,
  expiresAt: number,
): { received: number; expiresAt: number } {
  const received = offset + length
  db.run(
    `UPDATE sessions SET received = :received, fragment_count = fragment_count + 1,
       checkpoint = :checkpoint, expires_at = :expiresAt
     WHERE session = :session`,
    { session, received, checkpoint, expiresAt },
  )
  return { received, expiresAt }
}

function deadSessions(
  db: Database,
  { now, ...bounds }: { now: number; latest: number; limit: number },
): DeadSessions<{ session: number; documentKey: string }> {
  return {
    expired: () =>
      db.all(
        `SELECT session, document_key AS documentKey FROM sessions WHERE expires_at <= :latest
         ORDER BY expires_at LIMIT :limit`,
        bounds,
      ),
    committed: () =>
      db.all(
        `SELECT session, document_key AS documentKey FROM sessions WHERE state = 'committed'
         LIMIT :limit`,
        { limit: bounds.limit },
      ),
    removeFragments({ session, documentKey }, limit) {
      putIntoQueue(db, documentKey, now)
      return db.run(
        `DELETE FROM fragments WHERE session = :session AND offset IN
           (SELECT offset FROM fragments WHERE session = :session ORDER BY offset LIMIT :limit)`,
        { session, limit },
      )
    },
    remove({ session }) {
      db.run('DELETE FROM sessions WHERE session = :session', { session })
    },
    hide({ session }) {
      db.run(`UPDATE sessions SET token_hash = 'removed ' || id WHERE session = :session`, {
        session,
      })
    },
    markEmptied({ session }) {
      db.run(`UPDATE sessions SET state = 'emptied' WHERE session = :session`, { session })
    },
  }
}

function sessionRecord(row: SessionRow): SessionRecord {
  const { baseSequenceNumber, sequenceNumber, manifestId, digest } = row
  return {
    id: row.id,
    tokenHash: row.tokenHash,
    fileId: row.fileId,
    documentKey: row.documentKey,
    userId: row.userId,
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    received: row.received,
    fragmentCount: row.fragmentCount,
    checkpoint: row.checkpoint ?? undefined,
    committed:
      row.state === 'open' ? undefined : { baseSequenceNumber, sequenceNumber, manifestId, digest },
  }
}
