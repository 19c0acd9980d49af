import type { SqlDatabase } from './database.ts'
import { scheduleSweep } from './due.ts'

/** A session that has expired or was committed, and its fragments may go. */
interface DeadSession {
  session: number
  documentKey: string
}

/** What becomes of a session when its fragments are gone, or when some of them stay for now. */
interface End {
  finish(session: number): Promise<unknown>
  interrupt(session: number): Promise<unknown>
}

/** Removes and empties sessions, at most `limit` rows; see `removeDeadSessions` of the port. */
export async function clearDeadSessions(
  db: SqlDatabase,
  now: number,
  { graceMs, limit }: { graceMs: number; limit: number },
): Promise<{ removed: number; more: boolean }> {
  let left = limit
  let removed = 0

  /** Clears one session after the other, as far as rows are left. */
  async function clear(sessions: DeadSession[], { finish, interrupt }: End): Promise<void> {
    for (const { session, documentKey } of sessions) {
      if (left === 0) return
      await scheduleSweep(db, documentKey, now)
      left -= await deleteFragments(db, session, left)
      if (left === 0) {
        await interrupt(session)
        return
      }
      await finish(session)
      left--
      removed++
    }
  }

  await clear(await listExpired(db, now - graceMs, limit), {
    finish: (session) => db.run('DELETE FROM sessions WHERE session = :session', { session }),
    interrupt: (session) => hideToken(db, session),
  })
  if (left > 0)
    await clear(await listCommitted(db, limit), {
      finish: (session) => markEmptied(db, session),
      interrupt: async () => {},
    })
  return { removed, more: left === 0 }
}

function listExpired(db: SqlDatabase, latest: number, limit: number): Promise<DeadSession[]> {
  return db.all(
    `SELECT session, document_key FROM sessions WHERE expires_at <= :latest
     ORDER BY expires_at LIMIT :limit`,
    { latest, limit },
  )
}

/** Committed sessions whose fragments are not all gone. */
function listCommitted(db: SqlDatabase, limit: number): Promise<DeadSession[]> {
  return db.all(
    `SELECT session, document_key FROM sessions WHERE state = 'committed' LIMIT :limit`,
    { limit },
  )
}

function deleteFragments(db: SqlDatabase, session: number, limit: number): Promise<number> {
  return db.run(
    `DELETE FROM fragments WHERE session = :session AND "offset" IN
       (SELECT "offset" FROM fragments WHERE session = :session ORDER BY "offset" LIMIT :limit)`,
    { session, limit },
  )
}

/** Lets a session be found by its id only: with some fragments gone its bytes are wrong. */
function hideToken(db: SqlDatabase, session: number): Promise<number> {
  return db.run(`UPDATE sessions SET token_hash = 'removed ' || id WHERE session = :session`, {
    session,
  })
}

function markEmptied(db: SqlDatabase, session: number): Promise<number> {
  return db.run(`UPDATE sessions SET state = 'emptied' WHERE session = :session`, { session })
}
