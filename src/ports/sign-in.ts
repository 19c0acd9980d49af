/** Somebody who has signed in with OAuth. */
export interface SignedInUser {
  /** As in the grants of `Access`: A–Z a–z 0–9 only. */
  userId: string
  /** What the user signs in with, such as an e-mail address. */
  signInName: string
  /** Shown to other users; never empty. */
  displayName: string
}

/**
 * The application's OAuth 2.0, through which desktop and mobile clients sign in (page "Bootstrap").
 */
export interface SignIn {
  /** Where the client sends the user to sign in: http(s), without `=` and `,`, at which Office cuts it. */
  authorizationUri: string
  /** Where the client trades its code for an access token: as `authorizationUri`. */
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
