/** What docs/errors.md says of one code. */
export interface FailureRow {
  /** What has happened. */
  cause: string
  /** What mends it, and who can do that. */
  mend: string
}
