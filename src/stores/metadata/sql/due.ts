import type { Commands } from './commands.ts'
import type { SqlDatabase } from './database.ts'

type DueCommands = Commands<'listDue' | 'requestSweep' | 'finishSweep'>

/** The commands about documents that are due for a sweep. */
export function dueCommands(db: SqlDatabase): DueCommands {
  return {
    listDue: (now, limit) =>
      db.all(
        `SELECT document_key, due_at FROM due
         WHERE due_at <= :now ORDER BY due_at LIMIT :limit`,
        { now, limit },
      ),

    requestSweep: (now, documentKey, delayMs) => scheduleSweep(db, documentKey, now + delayMs),

    async finishSweep(_now, documentKey, dueAt) {
      const row = { documentKey, dueAt }
      await db.run(
        `DELETE FROM due
         WHERE document_key = :documentKey AND due_at = :dueAt AND latest_at <= :dueAt`,
        row,
      )
      await db.run(
        `UPDATE due SET due_at = latest_at WHERE document_key = :documentKey AND due_at = :dueAt`,
        row,
      )
    },
  }
}

/** Schedules a sweep of a document for `dueAt`; see `requestSweep`. */
export async function scheduleSweep(
  db: SqlDatabase,
  documentKey: string,
  dueAt: number,
): Promise<void> {
  // A sweep may be under way that finishes with this very instant: a second request for the same
  // instant has to differ from the first.
  await db.run(
    `INSERT INTO due (document_key, due_at, latest_at) VALUES (:documentKey, :dueAt, :dueAt)
     ON CONFLICT (document_key) DO UPDATE SET
       latest_at = CASE WHEN due.latest_at > :dueAt THEN due.latest_at
         WHEN due.latest_at = :dueAt THEN :dueAt + 1
         ELSE :dueAt END,
       due_at = CASE WHEN due.due_at < :dueAt THEN due.due_at ELSE :dueAt END`,
    { documentKey, dueAt },
  )
}
