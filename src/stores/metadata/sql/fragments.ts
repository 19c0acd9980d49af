import type { AppendFragment, FragmentRecord } from '../../../ports/metadata/sessions.ts'
import type { Commands } from './commands.ts'
import type { SqlDatabase } from './database.ts'
import { anyGone, namePacks, packRef } from './packs.ts'

type FragmentRow = Omit<FragmentRecord, 'pack'> & { packKey: string; packLocator: string | null }

interface OpenSession {
  session: number
  documentKey: string
  received: number
}

/** The commands about the fragments of upload sessions. */
export function fragmentCommands(db: SqlDatabase): Commands<'appendFragment' | 'listFragments'> {
  return {
    async appendFragment(now, append) {
      checkFragmentLength(append.length)
      const open = await findOpen(db, append.tokenHash)
      if (open === undefined) return { ok: false, reason: 'gone' }
      const { documentKey, received } = open
      if (received !== append.offset) return { ok: false, reason: 'moved', received }
      if (await anyGone(db, documentKey, [append.pack])) return { ok: false, reason: 'pack-gone' }

      await insertFragment(db, open.session, append)
      await namePacks(db, documentKey, [append.pack])
      const moved = await moveSession(db, open.session, append, now + append.lifetimeMs)
      return { ok: true, ...moved }
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
  }
}

/** Fragments move a session on: one without bytes could be appended twice at the same place. */
function checkFragmentLength(length: number): void {
  if (!Number.isSafeInteger(length) || length < 1)
    throw new RangeError(`A fragment has at least 1 byte: received ${length}`)
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
