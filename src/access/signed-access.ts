import type {
  Access,
  Grant,
  IssuedToken,
  Permission,
  Resource,
  TokenRequest,
} from '../ports/access.ts'
import type { RevocationStore, TokenSubject } from '../ports/metadata/revocations.ts'
import { isUserId, USER_ID_MAX_BYTES } from '../protocol/user-ids.ts'
import {
  checkKey,
  checkMinted,
  checkSubject,
  type MintedToken,
  PERMISSIONS,
} from './check-minted.ts'
import { createTokenSigner, type SignedClaims, type TokenSigner } from './signed-token.ts'

export { type MintedToken, PERMISSIONS } from './check-minted.ts'

/** The `Access` of the server: signed tokens, each for one user and one file or container. */
export interface SignedAccess extends Access {
  /**
   * Makes a token for another resource. Without `from` the token has all permissions and the
   * default lifetime. With `from`, the token has the permissions of `from` and expires with it, and
   * there is a token only for what `from` gives access to:
   * - its own resource;
   * - everything, with the permission `browse`;
   * - files that this user owns, with the permission `create`: a user owns the file that their
   *   PutRelativeFile has just added. So no user gets access to another user's file by overwriting
   *   it.
   *
   * @throws TypeError when the user id is empty, longer than 150 bytes, or has control characters
   */
  issue(request: TokenRequest): Promise<IssuedToken | undefined>
  /**
   * Makes a token for a user that the application names.
   *
   * @throws TypeError when the user id is empty, longer than 150 bytes, or has control characters, a
   *   permission is unknown, or the lifetime is missing
   */
  mint(token: MintedToken): Promise<IssuedToken>
  /**
   * Revokes tokens: those of a user, those for a file or container, those of a user for one of
   * these, or all. It revokes every token issued up to and including this millisecond, and every
   * token that is later issued from one of them. Every process with the same `revocations` refuses
   * them at its next request.
   *
   * @returns the time up to which issued tokens are revoked, in ms since 1970 UTC
   * @throws TypeError when `tokens` names nothing, or there are no `revocations`
   */
  revoke(tokens: RevokedTokens | 'all'): Promise<number>
}

/** The tokens to revoke. */
export interface RevokedTokens extends Resource {
  /** Absent for the tokens of all users. */
  userId?: string
}

/** Lifetime of a token that is not derived from another one (page "Key concepts"). */
const TOKEN_TTL_MS = 10 * 60 * 60 * 1000

const AUDIENCE = 'wopikit'
/**
 * Most tokens that are remembered with a checked signature; a token and its claims take about 1 KB.
 */
const CHECKED_TOKENS_MAX = 4096
/** Longer than any token that is made here, and refused without a check. */
const TOKEN_MAX_CHARS = 8192
const NONE: ReadonlySet<Permission> = new Set()

/** A grant with the resource of its token. */
interface SignedGrant extends Grant {
  resource: Resource
  /** In ms since 1970 UTC. A token issued from another one keeps the time of that one. */
  issuedAt: number
}

/** The content of a token, once its signature has been checked. */
interface CheckedToken {
  grant: SignedGrant
  /** Whether the token is for a FileUrl or DownloadUrl. */
  isDownload: boolean
}

/** The options of an `Access` with signed tokens. */
export interface SignedAccessOptions {
  /** At least 32 unpredictable bytes. */
  key: Uint8Array
  /**
   * Finds the user who owns a file. Without it, the permission `create` gives no access to other
   * files.
   */
  ownerOf?: (fileId: string) => Promise<string | undefined>
  /** Where revocations are stored, such as the MetadataStore. Without it, `revoke` is refused. */
  revocations?: RevocationStore
  /** @internal The clock, in ms since 1970 UTC (default: `Date.now`). */
  now?: () => number
}

/**
 * Creates an Access with signed tokens (JWT, HMAC-SHA256). A token expires by itself. With
 * `revocations`, `revoke` ends it earlier.
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
  const { key, ownerOf = async () => undefined, revocations, now = Date.now } = options
  checkKey(key)
  const signer = createTokenSigner({ key, audience: AUDIENCE, now })
  const checked = new Map<string, CheckedToken>()
  const sign = (user: TokenRequest['user'], token: NewToken) => signToken(signer, user, token)

  async function check(token: string): Promise<CheckedToken | undefined> {
    const known = checked.get(token)
    const fresh = known ?? readClaims(await signer.verify(token))
    if (!fresh) return undefined
    // The map keeps its order: the token used last is forgotten last.
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
      if (revocations && (await isRevoked(grant, revocations))) return undefined
      return isSame(grant.resource, request) ? grant : { ...grant, permissions: NONE }
    },

    async issue(request) {
      const { user, from, use } = request
      if (from && !(await leadsTo(from, request, ownerOf))) return undefined
      const permissions = use === 'download' ? ['read'] : (from?.permissions ?? PERMISSIONS)
      const expiresAt = from?.expiresAt || now() + TOKEN_TTL_MS
      const issuedAt = (from as Partial<SignedGrant> | undefined)?.issuedAt ?? now()
      return sign(user, {
        resource: request,
        permissions,
        expiresAt,
        issuedAt,
        ...(use && { use }),
      })
    },

    async mint(token) {
      checkMinted(token)
      const { userId, displayName, permissions, ttlMs, ...resource } = token
      const issuedAt = now()
      const expiresAt = issuedAt + ttlMs
      return sign({ userId, displayName }, { resource, permissions, expiresAt, issuedAt })
    },

    async revoke(tokens) {
      if (!revocations)
        throw new TypeError('Tokens cannot be taken back without `revocations`: give it a store')
      return revocations.revokeTokens(tokens === 'all' ? {} : subjectOf(tokens))
    },
  }
}

interface NewToken {
  resource: Resource
  permissions: Iterable<string>
  expiresAt: number
  issuedAt: number
  use?: 'download'
}

function signToken(
  signer: TokenSigner,
  { userId, displayName }: TokenRequest['user'],
  token: NewToken,
): IssuedToken {
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
    // With its milliseconds, which JWT allows.
    iat: token.issuedAt / 1000,
    name: displayName,
    ...(fileId !== undefined && { file: fileId }),
    ...(containerId !== undefined && { container: containerId }),
    ...(token.use && { use: token.use }),
    scope: [...token.permissions].join(' '),
  })
  return { accessToken, accessTokenTtl: exp * 1000 }
}

/** How a store knows what a token is for. */
function resourceName({ fileId, containerId }: Resource): string {
  if (fileId !== undefined) return `file:${fileId}`
  return containerId === undefined ? 'ecosystem' : `container:${containerId}`
}

async function isRevoked(grant: SignedGrant, revocations: RevocationStore): Promise<boolean> {
  const { userId, resource, issuedAt } = grant
  const until = await revocations.readRevokedUntil({ userId, resource: resourceName(resource) })
  return until !== undefined && issuedAt <= until
}

function subjectOf(tokens: RevokedTokens): TokenSubject {
  const { userId, fileId, containerId } = tokens
  const resource = fileId !== undefined || containerId !== undefined
  if (!userId && !resource)
    throw new TypeError("revoke needs a userId, a fileId or a containerId, or 'all'")
  checkSubject(tokens)
  return { ...(userId && { userId }), ...(resource && { resource: resourceName(tokens) }) }
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

/** `undefined` for a token whose claims are not those that are made here. */
function readClaims(claims: SignedClaims | undefined): CheckedToken | undefined {
  if (!claims) return undefined
  const { sub, exp, iat, name, file, container, use, scope } = claims
  const permissions = readScope(scope)
  if (!permissions || typeof name !== 'string') return undefined
  if (!isTextOrAbsent(file) || !isTextOrAbsent(container)) return undefined
  if (use !== undefined && use !== 'download') return undefined
  const resource = {
    ...(file !== undefined && { fileId: file }),
    ...(container !== undefined && { containerId: container }),
  }
  // Those that say nothing of it are older than all that can be taken back.
  const issuedAt = typeof iat === 'number' ? Math.round(iat * 1000) : 0
  const who = { userId: sub, displayName: name, permissions, resource }
  const grant = { ...who, expiresAt: exp * 1000, issuedAt }
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
