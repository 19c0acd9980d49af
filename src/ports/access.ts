/**
 * What a token allows on one file or container:
 * - `read`: see it;
 * - `write`: change its content, and read it;
 * - `create`: add files beside this file, or files and containers in this container;
 * - `rename` and `delete`: rename or delete it;
 * - `browse`: go from it through the tree of containers, and get tokens for everything there.
 */
export type Permission = 'read' | 'write' | 'create' | 'rename' | 'delete' | 'browse'

/** Who is asking, and what they may do. */
export interface Grant {
  /**
   * Unique and constant for this user: any text of 1 to 150 bytes without control characters, such as a
   * UUID or an e-mail address. Clients are told one of letters and digits that is made from it.
   */
  userId: string
  /** Shown to other users; never empty. */
  displayName: string
  permissions: ReadonlySet<Permission>
  /** When the token stops being valid, in ms since 1970 UTC; 0 when unknown. */
  expiresAt: number
}

/** The subject of a request: a file, a container, or, without either, the host's ecosystem. */
export interface Resource {
  fileId?: string
  containerId?: string
}

/** What the host passes to `authenticate` with the token. */
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
  /** The grant of the request's token; absent when the user has just signed in. */
  from?: Grant
  /** `download`: the token is part of FileUrl or DownloadUrl, and allows nothing but reading. */
  use?: 'download'
}

/**
 * Decides who may do what. The application implements it. The host calls it on every request, so
 * that a right ends as soon as the application withdraws it.
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
   * there. The token must not live longer than `from`, and must consist of characters that need no
   * escaping in a URL. Without this method, operations that need tokens for other resources answer
   * 501, and CheckFileInfo does not promise them.
   */
  issue?(request: TokenRequest): Promise<IssuedToken | undefined>

  /**
   * Whether a user who may no longer write may release a lock of their own. The host asks when the
   * user's client tries to release it. Without this method, or on `false`, the answer is 404, and
   * the lock stays until it expires.
   */
  mayRelease?(
    grant: Grant,
    lock: { fileId: string; lockId: string; signal: AbortSignal },
  ): boolean | Promise<boolean>
}
