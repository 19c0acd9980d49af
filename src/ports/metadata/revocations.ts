/** Whose tokens are meant: of a user, for a resource, or both; all tokens when both are left out. */
export interface TokenSubject {
  userId?: string
  /** What a token is for, as whoever makes tokens names it. */
  resource?: string
}

/** Which access tokens have been taken back. */
export interface RevocationStore {
  /**
   * Takes back the tokens of a subject that were issued until now, this very millisecond included.
   *
   * @returns the time until which they are taken back, in ms since 1970 UTC
   */
  revokeTokens(subject: TokenSubject): Promise<number>

  /**
   * Returns the time until which the tokens of this user for this resource are taken back, whichever
   * subject they were revoked by, in ms since 1970 UTC; `undefined` when they never were.
   */
  readRevokedUntil(token: { userId: string; resource: string }): Promise<number | undefined>
}
