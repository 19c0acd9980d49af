/** What a token allows on one document. Writing includes reading. */
export type Permission = 'read' | 'write'

/** Who is asking, and what they may do. */
export interface Grant {
  /** Unique and constant for this user; clients want A–Z a–z 0–9 only. */
  userId: string
  /** Shown to other users; never empty. */
  displayName: string
  permissions: ReadonlySet<Permission>
  /** When the token stops being valid, in ms since 1970 UTC; 0 when unknown. */
  expiresAt: number
}

/** What is asked of `authenticate` besides the token. */
export interface AccessRequest {
  fileId: string
  /** The WOPI operation, such as `PutFile`. */
  operation: string
  signal?: AbortSignal
}

/** A token made by `issue`. */
export interface IssuedToken {
  accessToken: string
  /** When it expires, in ms since 1970 UTC: the `access_token_ttl` of WOPI. */
  accessTokenTtl: number
}

/**
 * Decides who may do what. It belongs to the application and is asked on every request, so that
 * taking a right away works at once.
 */
export interface Access {
  /**
   * Resolves to the grant of a token, or to `undefined` for one that is unknown, expired or forged
   * (401). A valid token without a right on this file resolves to a grant with no permissions (404).
   * A rejection is a failure of the application (500).
   */
  authenticate(token: string, request: AccessRequest): Promise<Grant | undefined>
}
