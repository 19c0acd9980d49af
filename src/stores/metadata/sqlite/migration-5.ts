import type { DatabaseSync } from 'node:sqlite'

/** Until when tokens have been taken back; an empty user or resource stands for every one. */
const SCHEMA = `
  CREATE TABLE revocations (
    user_id TEXT NOT NULL,
    resource TEXT NOT NULL,
    revoked_until INTEGER NOT NULL,
    PRIMARY KEY (user_id, resource)
  ) STRICT, WITHOUT ROWID;
`

/** Adds the tokens that were taken back. */
export function migrateTo5(db: DatabaseSync): void {
  db.exec(SCHEMA)
}
