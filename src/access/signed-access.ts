import type {
  Access,
  Grant,
  IssuedToken,
  Permission,
  Resource,
  TokenRequest,
} from '../ports/access.ts'
import { isUserId, USER_ID_MAX_BYTES } from '../protocol/user-ids.ts'
import { checkKey, checkMinted, type MintedToken, PERMISSIONS } from './check-minted.ts'
import { createTokenSigner, type SignedClaims } from './signed-token.ts'

export { type MintedToken, PERMISSIONS } from './check-minted.ts'

/** The `Access` of the server: signed tokens, each for one user and one file or container. */
export interface SignedAccess extends Access {
  /**
   * Makes a token for another resource. Without `from` it has all permissions and the default life.
   * With it, it has the permissions of `from` and ends with it, and there is one only where `from`
   * leads to:
   * - its own resource;
   * - everything, with the permission `browse`;
   * - files that this user owns, with the permission `create`: what PutRelativeFile has just added
   *   is the user's own. Nobody else's file opens itself by being overwritten.
   *
   * @throws TypeError when the user id is empty, longer than 150 bytes, or has control characters
   */
  issue(request: TokenRequest): Promise<IssuedToken | undefined>
  /**
   * Makes a token for whoever the application says.
   *
   * @throws TypeError when the user id is empty, longer than 150 bytes, or has control characters, a
   *   permission is unknown, or the lifetime is missing
   */
  mint(token: MintedToken): Promise<IssuedToken>
}

/** How long tokens live that come of no other one (page "Key concepts"). */
export const TOKEN_TTL_MS = 10 * 60 * 60 * 1000

const AUDIENCE = 'wopikit'
/** Tokens whose signature need not be checked again; a token and its claims take about 1 KB. */
const CHECKED_TOKENS_MAX = 4096
/** Longer tokens than any that are made here; checking them is not worth the time. */
const TOKEN_MAX_CHARS = 8192
const NONE: ReadonlySet<Permission> = new Set()

/** A grant that knows what its token is for. */
interface SignedGrant extends Grant {
  resource: Resource
}

/** What a token says, once its signature has been checked. */
interface CheckedToken {
  grant: SignedGrant
  /** Whether it stands in a FileUrl or DownloadUrl. */
  isDownload: boolean
}

/** What signed tokens are made with. */
export interface SignedAccessOptions {
  /** At least 32 unpredictable bytes. */
  key: Uint8Array
  /** The user who owns a file; left out, the permission `create` leads nowhere. */
  ownerOf?: (fileId: string) => Promise<string | undefined>
  /** @internal The clock, in ms since 1970 UTC (default: `Date.now`). */
  now?: () => number
}

/**
 * Creates an Access with signed tokens (JWT, HMAC-SHA256). A token ends by itself; nobody can take
 * it back before that.
 *
 * @throws TypeError when the key has fewer than 32 bytes
 *
 * @example
 * ```ts
 * import { randomBytes } from 'node:crypto'
 * import { createSignedAccess } from 'wopikit'
 *
 * const access = createSignedAccess({ key: randomBytes(32) })
 * const minted = await access.mint({
 *   fileId: 'report',
 *   userId: 'alice',
 *   displayName: 'Alice Liddell',
 *   permissions: ['read', 'write'],
 *   ttlMs: 60_000,
 * })
 * const request = { fileId: 'report', operation: 'PutFile' }
 * const grant = await access.authenticate(minted.accessToken, request)
 *
 * assert.equal(grant?.permissions.has('write'), true)
 * ```
 */
export function createSignedAccess(options: SignedAccessOptions): SignedAccess {
  const { key, ownerOf = async () => undefined, now = Date.now } = options
  checkKey(key)
  const signer = createTokenSigner({ key, audience: AUDIENCE, now })
  const checked = new Map<string, CheckedToken>()

  async function check(token: string): Promise<CheckedToken | undefined> {
    const known = checked.get(token)
    const fresh = known ?? readClaims(await signer.verify(token))
    if (!fresh) return undefined
    // The map keeps its order: what was used last is forgotten last.
    if (known) checked.delete(token)
    else if (checked.size >= CHECKED_TOKENS_MAX) forgetOldest(checked)
    checked.set(token, fresh)
    return fresh
  }

  return {
    async authenticate(token, request) {
      const found = token.length <= TOKEN_MAX_CHARS ? await check(token) : undefined
      if (!found || found.grant.expiresAt <= now()) return undefined
      if (found.isDownload !== (request.operation === 'Download')) return undefined
      const { grant } = found
      return isSame(grant.resource, request) ? grant : { ...grant, permissions: NONE }
    },

    async issue(request) {
      const { user, from, use } = request
      if (from && !(await leadsTo(from, request, ownerOf))) return undefined
      const permissions = use === 'download' ? ['read'] : (from?.permissions ?? PERMISSIONS)
      const expiresAt = from?.expiresAt || now() + TOKEN_TTL_MS
      return sign(user, { resource: request, permissions, expiresAt, ...(use && { use }) })
    },

    async mint(token) {
      checkMinted(token)
      const { userId, displayName, permissions, ttlMs, ...resource } = token
      return sign({ userId, displayName }, { resource, permissions, expiresAt: now() + ttlMs })
    },
  }

  function sign({ userId, displayName }: TokenRequest['user'], token: NewToken): IssuedToken {
    if (!isUserId(userId))
      throw new TypeError(
        `A user id has 1 to ${USER_ID_MAX_BYTES} bytes and no control characters, not ${JSON.stringify(userId)}`,
      )
    const { fileId, containerId } = token.resource
    // JWT counts in seconds.
    const exp = Math.floor(token.expiresAt / 1000)
    const accessToken = signer.sign({
      sub: userId,
      exp,
      name: displayName,
      ...(fileId !== undefined && { file: fileId }),
      ...(containerId !== undefined && { container: containerId }),
      ...(token.use && { use: token.use }),
      scope: [...token.permissions].join(' '),
    })
    return { accessToken, accessTokenTtl: exp * 1000 }
  }
}

interface NewToken {
  resource: Resource
  permissions: Iterable<string>
  expiresAt: number
  use?: 'download'
}

function isSame(one: Resource, other: Resource): boolean {
  return one.fileId === other.fileId && one.containerId === other.containerId
}

async function leadsTo(
  from: Grant & Partial<SignedGrant>,
  { user, ...wanted }: TokenRequest,
  ownerOf: (fileId: string) => Promise<string | undefined>,
): Promise<boolean> {
  if (from.permissions.has('browse')) return true
  if (from.resource && isSame(from.resource, wanted)) return true
  if (!from.permissions.has('create') || wanted.fileId === undefined) return false
  return (await ownerOf(wanted.fileId)) === user.userId
}

/** `undefined` for a token that says less, or something else, than those that are made here. */
function readClaims(claims: SignedClaims | undefined): CheckedToken | undefined {
  if (!claims) return undefined
  const { sub, exp, name, file, container, use, scope } = claims
  const permissions = readScope(scope)
  if (!permissions || typeof name !== 'string') return undefined
  if (!isTextOrAbsent(file) || !isTextOrAbsent(container)) return undefined
  if (use !== undefined && use !== 'download') return undefined
  const resource = {
    ...(file !== undefined && { fileId: file }),
    ...(container !== undefined && { containerId: container }),
  }
  const grant = { userId: sub, displayName: name, permissions, expiresAt: exp * 1000, resource }
  return { grant, isDownload: use !== undefined }
}

function readScope(scope: unknown): ReadonlySet<Permission> | undefined {
  if (typeof scope !== 'string') return undefined
  const named = new Set(scope.split(' '))
  const known = PERMISSIONS.filter((permission) => named.has(permission))
  return known.length === named.size ? new Set(known) : undefined
}

function isTextOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

function forgetOldest(checked: Map<string, CheckedToken>): void {
  for (const token of checked.keys()) {
    checked.delete(token)
    return
  }
}
