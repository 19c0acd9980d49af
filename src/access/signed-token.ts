import { createHash, createHmac, createSecretKey } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { JOSEError } from 'jose/errors'
import { jwtVerify } from 'jose/jwt/verify'

/**
 * The claims of a token: `sub` is the user, `exp` is when the token expires, in seconds since 1970
 * UTC.
 */
export interface SignedClaims {
  sub: string
  exp: number
  [claim: string]: unknown
}

/** Makes and checks tokens for one audience. */
export interface TokenSigner {
  /** A token of characters that need no escaping in a URL. */
  sign(claims: SignedClaims): string
  /** The claims of a token, or `undefined` when it is expired, forged or for another audience. */
  verify(token: string): Promise<(JWTPayload & SignedClaims) | undefined>
}

const ALGORITHM = 'HS256'

/**
 * Creates a signer of JWT with HMAC-SHA256. Signers with the same key refuse each other's tokens
 * when their audiences differ.
 *
 * @param options.key at least 32 unpredictable bytes
 * @param options.now the clock, in ms since 1970 UTC
 */
export function createTokenSigner({
  key,
  audience,
  now,
}: {
  key: Uint8Array
  audience: string
  now: () => number
}): TokenSigner {
  const keyId = nameOf(key)
  // With bare bytes, Node would make a key for each token, which takes ten times as long.
  const secret = createSecretKey(key)
  const header = encode({ alg: ALGORITHM, kid: keyId })

  return {
    sign(claims) {
      // WebCrypto would take 80 µs, and a listing makes a token for each of its entries.
      const input = `${header}.${encode({ ...claims, aud: audience })}`
      return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
    },

    async verify(token) {
      if (!isExact(token)) return undefined
      try {
        const { payload, protectedHeader } = await jwtVerify(token, secret, {
          algorithms: [ALGORITHM],
          audience,
          requiredClaims: ['sub', 'exp'],
          currentDate: new Date(now()),
        })
        return protectedHeader.kid === keyId && isComplete(payload) ? payload : undefined
      } catch (error) {
        if (error instanceof JOSEError) return undefined
        throw error
      }
    },
  }
}

/**
 * Whether each part is written exactly as the signer writes it. A decoder ignores bits and
 * characters without meaning, so several texts would count as one token.
 */
function isExact(token: string): boolean {
  return token
    .split('.')
    .every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)
}

function isComplete(payload: JWTPayload): payload is JWTPayload & SignedClaims {
  return typeof payload.sub === 'string' && typeof payload.exp === 'number'
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** The name of a key in the tokens that it signs; it reveals nothing of the key. */
function nameOf(key: Uint8Array): string {
  return createHash('sha256').update('wopikit key id').update(key).digest('base64url').slice(0, 8)
}
