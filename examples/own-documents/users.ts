import { createHash, randomBytes } from 'node:crypto'
import type { Access, Permission, Resource, TokenRequest } from '../../src/index.ts'
import type { Storage } from './storage.ts'

/** How long a token lives that comes of no other one, in ms. */
const TOKEN_LIFETIME_MS = 8 * 60 * 60 * 1000

/** A real application has its own users; here everybody may do everything. */
export const USERS: ReadonlyMap<string, string> = new Map([
  ['ada', 'Ada Lovelace'],
  ['grace', 'Grace Hopper'],
])

const NOTHING: ReadonlySet<Permission> = new Set()
const READING: ReadonlySet<Permission> = new Set(['read'])
const EVERYTHING: ReadonlySet<Permission> = new Set([
  'read',
  'write',
  'create',
  'rename',
  'delete',
  'browse',
])

interface TokenRow {
  user: string
  use: string
  resource: string
  expiresAt: number
}

/** The application's own tokens: rows, so that they can be taken back, of hashes only. */
export function createAccess({ database }: Storage): Access & Required<Pick<Access, 'issue'>> {
  const find = database.prepare('SELECT * FROM tokens WHERE hash = ?')
  const add = database.prepare('INSERT INTO tokens VALUES (?, ?, ?, ?, ?)')
  const dropExpired = database.prepare('DELETE FROM tokens WHERE expiresAt <= ?')

  return {
    async authenticate(token, { operation, ...asked }) {
      const row = find.get(hashOf(token)) as TokenRow | undefined
      if (!row || row.expiresAt <= Date.now()) return undefined
      const { user: userId, use, resource, expiresAt } = row
      // A token of a download link opens nothing else.
      if (use === 'download' && operation !== 'Download') return undefined
      // Each token is for one file or container; the way to the root is open to all.
      const isOthers = nameOf(asked) !== '' && nameOf(asked) !== resource
      const permissions = isOthers ? NOTHING : use === 'download' ? READING : EVERYTHING
      return { userId, displayName: USERS.get(userId) ?? userId, permissions, expiresAt }
    },

    async issue({ user, from, use, ...resource }: TokenRequest) {
      const now = Date.now()
      const accessToken = randomBytes(32).toString('base64url')
      const accessTokenTtl = from?.expiresAt ?? now + TOKEN_LIFETIME_MS
      dropExpired.run(now)
      add.run(hashOf(accessToken), user.userId, use ?? '', nameOf(resource), accessTokenTtl)
      return { accessToken, accessTokenTtl }
    },
  }
}

function nameOf({ fileId, containerId }: Resource): string {
  if (fileId !== undefined) return `file ${fileId}`
  return containerId === undefined ? '' : `container ${containerId}`
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
