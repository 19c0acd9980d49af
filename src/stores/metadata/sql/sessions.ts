import type { SessionRecord, SessionStore } from '../../../ports/metadata/sessions.ts'
import type { Commands } from './commands.ts'
import type { SqlDatabase } from './database.ts'
import { clearDeadSessions } from './dead-sessions.ts'
import { scheduleSweep } from './due.ts'

type SessionCommands = Commands<Exclude<keyof SessionStore, 'appendFragment' | 'listFragments'>>

const SESSION_COLUMNS = `
  id, token_hash, file_id, document_key, user_id, created_at, expires_at, received,
  fragment_count, checkpoint, state, base_sequence_number, sequence_number, manifest_id, digest`

type SessionRow = Omit<SessionRecord, 'checkpoint' | 'committed'> & {
  checkpoint: Uint8Array | null
  state: 'open' | 'committed' | 'emptied'
} & NonNullable<SessionRecord['committed']>

/** The commands about upload sessions. */
export function sessionCommands(db: SqlDatabase): SessionCommands {
  return {
    async createSession(now, { lifetimeMs, maxSessions, ...session }) {
      if ((await countLive(db, session, now)) >= maxSessions) return { ok: false, reason: 'quota' }
      const expiresAt = now + lifetimeMs
      await db.run(
        `INSERT INTO sessions
           (id, token_hash, file_id, document_key, user_id, created_at, expires_at)
         VALUES (:id, :tokenHash, :fileId, :documentKey, :userId, :now, :expiresAt)`,
        { ...session, now, expiresAt },
      )
      return { ok: true, expiresAt, now }
    },

    async readSession(now, tokenHash) {
      const row = await db.get<
        SessionRow & {
          documentBytes: number
          userBytes: number
          documentFragments: number
          userFragments: number
        }
      >(
        `SELECT ${SESSION_COLUMNS},
           (SELECT coalesce(sum(received), 0) FROM sessions WHERE state = 'open'
              AND document_key = mine.document_key AND expires_at > :now) AS document_bytes,
           (SELECT coalesce(sum(fragment_count), 0) FROM sessions WHERE state = 'open'
              AND document_key = mine.document_key AND expires_at > :now) AS document_fragments,
           (SELECT coalesce(sum(fragment_count), 0) FROM sessions WHERE state = 'open'
              AND user_id = mine.user_id AND expires_at > :now) AS user_fragments,
           (SELECT coalesce(sum(received), 0) FROM sessions WHERE state = 'open'
              AND user_id = mine.user_id AND expires_at > :now) AS user_bytes
         FROM sessions AS mine WHERE token_hash = :tokenHash`,
        { now, tokenHash },
      )
      if (row === undefined) return undefined
      const { documentBytes, documentFragments, userBytes, userFragments } = row
      const usage = { documentBytes, documentFragments, userBytes, userFragments }
      return { session: sessionRecord(row), usage, now }
    },

    async extendSession(now, tokenHash, received, lifetimeMs) {
      const expiresAt = now + lifetimeMs
      const changed = await db.run(
        `UPDATE sessions SET expires_at = :expiresAt
         WHERE token_hash = :tokenHash AND state = 'open' AND received = :received`,
        { tokenHash, received, expiresAt },
      )
      return changed === 1 ? { ok: true, expiresAt } : { ok: false }
    },

    async listSessions(now, { fileId = null, after = '', limit }) {
      const ofFile = fileId === null ? '' : 'AND file_id = :fileId'
      const rows = await db.all<SessionRow>(
        `SELECT ${SESSION_COLUMNS} FROM sessions WHERE id > :after ${ofFile}
         ORDER BY id LIMIT :limit`,
        { fileId, after, limit },
      )
      return { sessions: rows.map(sessionRecord), now }
    },

    async cancelSession(now, id) {
      // The fragments go with it, by cascade.
      const removed = await db.get<{ documentKey: string }>(
        `DELETE FROM sessions WHERE state = 'open' AND id = :id RETURNING document_key`,
        { id },
      )
      if (removed === undefined) return { ok: false }
      await scheduleSweep(db, removed.documentKey, now)
      return { ok: true }
    },

    removeDeadSessions: (now, options) => clearDeadSessions(db, now, options),
  }
}

async function countLive(
  db: SqlDatabase,
  { documentKey, userId }: { documentKey: string; userId: string },
  now: number,
): Promise<number> {
  const row = await db.get<{ count: number }>(
    `SELECT count(*) AS count FROM sessions
     WHERE state = 'open' AND document_key = :documentKey AND user_id = :userId
       AND expires_at > :now`,
    { documentKey, userId, now },
  )
  return row?.count ?? 0
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
