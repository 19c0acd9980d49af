import type {
  AppendFragment,
  FragmentRecord,
  SessionRecord,
  SessionStore,
} from '../../../ports/metadata/sessions.ts'
import type { Commands } from './commands.ts'
import type { SqlDatabase } from './database.ts'
import { clearDeadSessions } from './dead-sessions.ts'
import { makeDue } from './due.ts'
import { anyDoomed, namePacks, packRef } from './packs.ts'

type SessionCommands = Commands<keyof SessionStore>

const SESSION_COLUMNS = `
  id, token_hash, file_id, document_key, user_id, created_at, expires_at, received,
  fragment_count, checkpoint, state, base_sequence_number, sequence_number, manifest_id, digest`

type SessionRow = Omit<SessionRecord, 'checkpoint' | 'committed'> & {
  checkpoint: Uint8Array | null
  state: 'open' | 'committed' | 'emptied'
} & NonNullable<SessionRecord['committed']>

type FragmentRow = Omit<FragmentRecord, 'pack'> & { packKey: string; packLocator: string | null }

interface OpenSession {
  session: number
  documentKey: string
  received: number
}

/** The commands about upload sessions and their fragments. */
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
      const row = await db.get<SessionRow & { documentBytes: number; userBytes: number }>(
        `SELECT ${SESSION_COLUMNS},
           (SELECT coalesce(sum(received), 0) FROM sessions WHERE state = 'open'
              AND document_key = mine.document_key AND expires_at > :now) AS document_bytes,
           (SELECT coalesce(sum(received), 0) FROM sessions WHERE state = 'open'
              AND user_id = mine.user_id AND expires_at > :now) AS user_bytes
         FROM sessions AS mine WHERE token_hash = :tokenHash`,
        { now, tokenHash },
      )
      if (row === undefined) return undefined
      const { documentBytes, userBytes } = row
      return { session: sessionRecord(row), usage: { documentBytes, userBytes }, now }
    },

    async appendFragment(now, append) {
      checkFragmentLength(append.length)
      const open = await findOpen(db, append.tokenHash)
      if (open === undefined) return { ok: false, reason: 'gone' }
      const { documentKey, received } = open
      if (received !== append.offset) return { ok: false, reason: 'moved', received }
      if (await anyDoomed(db, documentKey, [append.pack])) return { ok: false, reason: 'pack-gone' }

      await insertFragment(db, open.session, append)
      await namePacks(db, documentKey, [append.pack])
      const moved = await moveSession(db, open.session, append, now + append.lifetimeMs)
      return { ok: true, ...moved }
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

    async listFragments(_now, tokenHash) {
      const rows = await db.all<FragmentRow>(
        `SELECT "offset", length, pack_key, pack_locator, chunks
         FROM fragments WHERE session = (SELECT session FROM sessions WHERE token_hash = :tokenHash)
         ORDER BY "offset"`,
        { tokenHash },
      )
      return rows.map(({ packKey, packLocator, ...row }) => {
        return { ...row, pack: packRef({ packKey, packLocator }) }
      })
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
      await makeDue(db, removed.documentKey, now)
      return { ok: true }
    },

    removeDeadSessions: (now, options) => clearDeadSessions(db, now, options),
  }
}

/** Fragments move a session on: one without bytes could be appended twice at the same place. */
function checkFragmentLength(length: number): void {
  if (!Number.isSafeInteger(length) || length < 1)
    throw new RangeError(`A fragment has at least 1 byte: received ${length}`)
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

function findOpen(db: SqlDatabase, tokenHash: string): Promise<OpenSession | undefined> {
  return db.get<OpenSession>(
    `SELECT session, document_key, received FROM sessions
     WHERE token_hash = :tokenHash AND state = 'open'`,
    { tokenHash },
  )
}

async function insertFragment(
  db: SqlDatabase,
  session: number,
  { offset, length, pack, chunks }: AppendFragment,
): Promise<void> {
  await db.run(
    `INSERT INTO fragments (session, "offset", length, pack_key, pack_locator, chunks)
     VALUES (:session, :offset, :length, :key, :locator, :chunks)`,
    { session, offset, length, key: pack.key, locator: pack.locator ?? null, chunks },
  )
}

async function moveSession(
  db: SqlDatabase,
  session: number,
  { offset, length, checkpoint }: AppendFragment,
  expiresAt: number,
): Promise<{ received: number; expiresAt: number }> {
  const received = offset + length
  await db.run(
    `UPDATE sessions SET received = :received, fragment_count = fragment_count + 1,
       checkpoint = :checkpoint, expires_at = :expiresAt
     WHERE session = :session`,
    { session, received, checkpoint, expiresAt },
  )
  return { received, expiresAt }
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
