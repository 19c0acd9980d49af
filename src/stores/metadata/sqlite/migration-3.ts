import type { DatabaseSync } from 'node:sqlite'

/**
 * The identity of the store, and the epochs by which a save is known whose packs may be gone. What was
 * condemned before counts as condemned in epoch 0: whoever wrote it was no reader of epochs.
 */
const SCHEMA = `
  CREATE TABLE store (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    identity TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    forgotten_epoch INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  INSERT INTO store (one, identity) VALUES (1, lower(hex(randomblob(16))));

  ALTER TABLE condemned ADD COLUMN condemned_epoch INTEGER NOT NULL DEFAULT 0;
`

/** Adds the identity and the epochs of the store. */
export function migrateTo3(db: DatabaseSync): void {
  db.exec(SCHEMA)
}
