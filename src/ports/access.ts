/**
 * What a token allows on one file or container:
 * - `read` to see it; `write` to change its content, which includes reading;
 * - `create` to add files beside a file, or files and containers in a container;
 * - `rename` and `delete` it;
 * - `browse` to go on from it along the tree of containers, with tokens for what is found there.
 */
export type Permission = 'read' | 'write' | 'create' | 'rename' | 'delete' | 'browse'

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

/** What a token is shown for: a file, a container, or with neither the host's ecosystem. */
export interface Resource {
  fileId?: string
  containerId?: string
}

/** What is asked of `authenticate` besides the token. */
export interface AccessRequest extends Resource {
  /** The WOPI operation, such as `PutFile`; `Download` for FileUrl and DownloadUrl. */
  operation: string
  signal?: AbortSignal
}

/** A token made by `issue`. */
export interface IssuedToken {
  accessToken: string
  /** When it expires, in ms since 1970 UTC, 0 for never: the `access_token_ttl` of WOPI. */
  accessTokenTtl: number
}

/** What a new token is for. */
export interface TokenRequest extends Resource {
  user: Pick<Grant, 'userId' | 'displayName'>
  /** The grant of the token that asks; left out when the user has just signed in. */
  from?: Grant
  /** `download`: the token stands in FileUrl or DownloadUrl and allows nothing but reading. */
  use?: 'download'
}

/**
 * Decides who may do what. It belongs to the application and is asked on every request, so that
 * taking a right away works at once.
 */
export interface Access {
  /**
   * Resolves to the grant of a token, or to `undefined` for one that is unknown, expired or forged
   * (401). A valid token without a right on this resource resolves to a grant with no permissions
   * (404). A rejection is a failure of the application (500).
   */
  authenticate(token: string, request: AccessRequest): Promise<Grant | undefined>

  /**
   * Makes a token for another resource, or resolves to `undefined` when this user has no right
   * there. It must not live longer than `from`, the grant of the token that leads to it. Without
   * this method the operations that need tokens for other resources answer 501, and CheckFileInfo
   * does not promise them. Tokens are of the characters that need no escaping in a URL.
   */
  issue?(request: TokenRequest): Promise<IssuedToken | undefined>

  /**
   * Whether a user who may not write any more still releases a lock that they took themselves; asked
   * when their client tries to. Without this method, or on `false`, the request is 404 and the lock
   * stays until it runs out.
   */
  mayRelease?(
    grant: Grant,
    lock: { fileId: string; lockId: string; signal: AbortSignal },
  ): boolean | Promise<boolean>
}
