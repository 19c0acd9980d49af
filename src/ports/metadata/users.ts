/** What clients store about users. */
export interface UserStore {
  /** What clients have stored about a user, or `undefined`. */
  readUserInfo(userId: string): Promise<string | undefined>

  /** Replaces what clients have stored about a user. */
  writeUserInfo(userId: string, userInfo: string): Promise<void>
}
