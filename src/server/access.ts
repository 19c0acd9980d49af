import { createHash } from 'node:crypto'
import { JOSEError } from 'jose/errors'
import { SignJWT } from 'jose/jwt/sign'
import { jwtVerify } from 'jose/jwt/verify'
import type { Access, Grant, IssuedToken, Permission } from '../ports/access.ts'

/** The `Access` of the server, which can make tokens as well. */
export interface SignedAccess extends Access {
  /**
   * Makes a token for one user and one document. Its characters are those that need no escaping in
   * a URL.
   */
  issue(options: {
    fileId: string
    userId: string
    displayName: string
    permission: Permission
    ttlMs: number
  }): Promise<IssuedToken>
}

/** What a token says, once its signature has been checked. */
interface Claims {
  fileId: string
  userId: string
  displayName: string
  permissions: ReadonlySet<Permission>
  /** In ms since 1970 UTC. */
  expiresAt: number
}

const ALGORITHM = 'HS256'
const AUDIENCE = 'wopikit'
/** Tokens whose signature need not be checked again; a token and its claims take about 1 KB. */
const CHECKED_TOKENS_MAX = 4096
/** Longer tokens than any that are made here; checking them is not worth the time. */
const TOKEN_MAX_CHARS = 8192

const PERMISSIONS: Readonly<Record<Permission, ReadonlySet<Permission>>> = {
  read: new Set(['read']),
  write: new Set(['read', 'write']),
}
const NONE: ReadonlySet<Permission> = new Set()

/**
 * Creates an Access with signed tokens (JWT, HMAC-SHA256). A token is bound to a user, a document
 * and a permission, and ends by itself; it cannot be taken back before.
 *
 * @param options.key at least 32 unpredictable bytes
 * @param options.now the clock, in ms since 1970 UTC
 */
export function createSignedAccess({
  key,
  now = Date.now,
}: {
  key: Uint8Array
  now?: () => number
}): SignedAccess {
  const keyId = nameOf(key)
  const checked = new Map<string, Claims>()

  async function check(token: string): Promise<Claims | undefined> {
    const known = checked.get(token)
    const claims = known ?? (await verify(token, { key, keyId, now }))
    if (!claims) return undefined
    // The map keeps its order: what was used last is forgotten last.
    if (known) checked.delete(token)
    else if (checked.size >= CHECKED_TOKENS_MAX) forgetOldest(checked)
    checked.set(token, claims)
    return claims
  }

  return {
    async authenticate(token, { fileId }) {
      const claims = token.length <= TOKEN_MAX_CHARS ? await check(token) : undefined
      if (!claims || claims.expiresAt <= now()) return undefined
      return grantFor(claims, fileId)
    },

    async issue({ fileId, userId, displayName, permission, ttlMs }) {
      // JWT counts in seconds.
      const expiresAtSeconds = Math.floor((now() + ttlMs) / 1000)
      const accessToken = await new SignJWT({ name: displayName, file: fileId, permission })
        .setProtectedHeader({ alg: ALGORITHM, kid: keyId })
        .setSubject(userId)
        .setAudience(AUDIENCE)
        .setExpirationTime(expiresAtSeconds)
        .sign(key)
      return { accessToken, accessTokenTtl: expiresAtSeconds * 1000 }
    },
  }
}

function grantFor(
  { fileId, userId, displayName, permissions, expiresAt }: Claims,
  wanted: string,
): Grant {
  return {
    userId,
    displayName,
    permissions: fileId === wanted ? permissions : NONE,
    expiresAt,
  }
}

async function verify(
  token: string,
  { key, keyId, now }: { key: Uint8Array; keyId: string; now: () => number },
): Promise<Claims | undefined> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      audience: AUDIENCE,
      requiredClaims: ['sub', 'exp', 'file', 'name', 'permission'],
      currentDate: new Date(now()),
    })
    const { sub, exp, file, name, permission } = payload
    if (protectedHeader.kid !== keyId || !isPermission(permission)) return undefined
    if (typeof file !== 'string' || typeof name !== 'string') return undefined
    return {
      fileId: file,
      userId: String(sub),
      displayName: name,
      permissions: PERMISSIONS[permission],
      expiresAt: Number(exp) * 1000,
    }
  } catch (error) {
    if (error instanceof JOSEError) return undefined
    throw error
  }
}

function isPermission(value: unknown): value is Permission {
  return value === 'read' || value === 'write'
}

function forgetOldest(checked: Map<string, Claims>): void {
  for (const token of checked.keys()) {
    checked.delete(token)
    return
  }
}

/** A name by which tokens tell with which key they were signed; it gives nothing of it away. */
function nameOf(key: Uint8Array): string {
  return createHash('sha256').update('wopikit key id').update(key).digest('base64url').slice(0, 8)
}
