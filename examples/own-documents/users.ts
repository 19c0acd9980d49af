import { randomBytes } from 'node:crypto'
import type { Access, Permission, TokenRequest } from '../../src/index.ts'
import type { Storage } from './storage.ts'

/** How long a token lives that comes of no other one, in ms. */
const TOKEN_LIFETIME_MS = 8 * 60 * 60 * 1000

/** A real application has its own users; here everybody may do everything. */
export const USERS: Readonly<Record<string, string>> = {
  ada: 'Ada Lovelace',
  grace: 'Grace Hopper',
}

const READING: ReadonlySet<Permission> = new Set(['read'])
const EVERYTHING: ReadonlySet<Permission> = new Set([
  'read',
  'write',
  'create',
  'rename',
  'delete',
  'browse',
])

/** The application's own tokens: rows, so that they can be taken back. */
export function createAccess({ database }: Storage): Access & Required<Pick<Access, 'issue'>> {
  const find = database.prepare('SELECT * FROM tokens WHERE token = ?')
  const add = database.prepare('INSERT INTO tokens VALUES (?, ?, ?, ?)')

  return {
    async authenticate(token, { operation }) {
      const row = find.get(token) as { user: string; use: string; expiresAt: number } | undefined
      if (!row || row.expiresAt <= Date.now()) return undefined
      const { user: userId, use, expiresAt } = row
      // A token of a download link opens nothing else.
      if (use === 'download' && operation !== 'Download') return undefined
      const permissions = use === 'download' ? READING : EVERYTHING
      return { userId, displayName: USERS[userId] ?? userId, permissions, expiresAt }
    },

    async issue({ user, from, use }: TokenRequest) {
      const accessToken = randomBytes(32).toString('base64url')
      const accessTokenTtl = from?.expiresAt ?? Date.now() + TOKEN_LIFETIME_MS
      add.run(accessToken, user.userId, use ?? '', accessTokenTtl)
      return { accessToken, accessTokenTtl }
    },
  }
}
