import type { SecretStore } from '../../../ports/metadata/secrets.ts'
import type { UserStore } from '../../../ports/metadata/users.ts'
import type { Commands } from './commands.ts'
import type { SqlDatabase } from './database.ts'

type ValueCommands = Commands<keyof UserStore | keyof SecretStore>

/** The commands about values that belong to no document. */
export function valueCommands(db: SqlDatabase): ValueCommands {
  return {
    async readUserInfo(_now, userId) {
      const sql = 'SELECT user_info FROM user_info WHERE user_id = :userId'
      return (await db.get<{ userInfo: string }>(sql, { userId }))?.userInfo
    },

    async writeUserInfo(_now, userId, userInfo) {
      await db.run(
        `INSERT INTO user_info (user_id, user_info) VALUES (:userId, :userInfo)
         ON CONFLICT (user_id) DO UPDATE SET user_info = excluded.user_info`,
        { userId, userInfo },
      )
    },

    async ensureSecret(_now, name, candidate) {
      await db.run(
        'INSERT INTO secrets (name, secret) VALUES (:name, :candidate) ON CONFLICT DO NOTHING',
        { name, candidate },
      )
      const sql = 'SELECT secret FROM secrets WHERE name = :name'
      return (await db.get<{ secret: Uint8Array }>(sql, { name }))?.secret ?? candidate
    },
  }
}
