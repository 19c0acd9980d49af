import type { Commands } from '../commands.ts'
import type { Tables } from './tables.ts'

type ValueCommands = Commands<'readUserInfo' | 'writeUserInfo' | 'ensureSecret'>

/** The commands about values that belong to no document. */
export function valueCommands({ userInfo: infos, secrets }: Tables): ValueCommands {
  return {
    readUserInfo: (_now, userId) => infos.get(userId),

    writeUserInfo(_now, userId, userInfo) {
      infos.set(userId, userInfo)
    },

    ensureSecret(_now, name, candidate) {
      const secret = secrets.get(name) ?? candidate.slice()
      secrets.set(name, secret)
      return secret.slice()
    },
  }
}
