import type { RevocationStore } from '../../../ports/metadata/revocations.ts'
import type { Commands } from './commands.ts'
import type { SqlDatabase } from './database.ts'

/** Stands for every user, and for every resource. */
const ANY = ''

/** The commands about tokens that were taken back. */
export function revocationCommands(db: SqlDatabase): Commands<keyof RevocationStore> {
  return {
    async revokeTokens(now, { userId = ANY, resource = ANY }) {
      // A clock that was set back takes back nothing less than before.
      await db.run(
        `INSERT INTO revocations (user_id, resource, revoked_until)
         VALUES (:userId, :resource, :now)
         ON CONFLICT (user_id, resource) DO UPDATE SET revoked_until = excluded.revoked_until
           WHERE excluded.revoked_until > revocations.revoked_until`,
        { userId, resource, now },
      )
      const sql =
        'SELECT revoked_until FROM revocations WHERE user_id = :userId AND resource = :resource'
      return (
        (await db.get<{ revokedUntil: number }>(sql, { userId, resource }))?.revokedUntil ?? now
      )
    },

    async readRevokedUntil(_now, { userId, resource }) {
      const found = await db.get<{ revokedUntil: number | null }>(
        `SELECT max(revoked_until) AS revoked_until FROM revocations
         WHERE user_id IN (:userId, '') AND resource IN (:resource, '')`,
        { userId, resource },
      )
      return found?.revokedUntil ?? undefined
    },
  }
}
