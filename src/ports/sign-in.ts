/** A user who has signed in with OAuth. */
export interface SignedInUser {
  /** As in the grants of `Access`. */
  userId: string
  /** The name with which the user signs in, such as an e-mail address. */
  signInName: string
  /** Shown to other users; never empty. */
  displayName: string
}

/**
 * The application's OAuth 2.0, with which desktop and mobile clients sign in (page "Bootstrap").
 */
export interface SignIn {
  /**
   * Where the client sends the user to sign in: http(s), without `=` and `,`, where Office cuts
   * addresses.
   */
  authorizationUri: string
  /** Where the client exchanges its code for an access token; the same rules apply. */
  tokenIssuanceUri: string
  /** As agreed with Microsoft: letters, digits and `_`. */
  providerId?: string
  /** Schemes of the application's own apps for signing in without a browser. */
  urlSchemes?: { iOS?: string[]; Android?: string[]; UWP?: string[] }

  /** The user of an OAuth access token, or `undefined` when it is not valid (401). */
  authenticate(
    accessToken: string,
    request: { sessionContext?: string; signal?: AbortSignal },
  ): Promise<SignedInUser | undefined>
}
