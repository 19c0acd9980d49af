import type { Commands } from '../commands.ts'
import type { Database } from './database.ts'

type ValueCommands = Commands<'readUserInfo' | 'writeUserInfo' | 'ensureSecret'>

/** The commands about values that belong to no document. */
export function valueCommands(db: Database): ValueCommands {
  return {
    readUserInfo(_now, userId) {
      const sql = 'SELECT user_info AS userInfo FROM user_info WHERE user_id = :userId'
      return db.get<{ userInfo: string }>(sql, { userId })?.userInfo
    },

    writeUserInfo(_now, userId, userInfo) {
      db.run(
        `INSERT INTO user_info (user_id, user_info) VALUES (:userId, :userInfo)
         ON CONFLICT (user_id) DO UPDATE SET user_info = excluded.user_info`,
        { userId, userInfo },
      )
    },

    ensureSecret(_now, name, candidate) {
      db.run(
        'INSERT INTO secrets (name, secret) VALUES (:name, :candidate) ON CONFLICT DO NOTHING',
        { name, candidate },
      )
      const sql = 'SELECT secret FROM secrets WHERE name = :name'
      return db.get<{ secret: Uint8Array }>(sql, { name })?.secret ?? candidate
    },
  }
}
