import type { Commit } from '../../../ports/metadata/documents.ts'
import type { SaveCause } from '../../../protocol/save-cause.ts'
import type { SqlDatabase } from './database.ts'

/** A row with what was said of its save, as it is stored. */
export type WithCauseText<Row> = Omit<Row, 'cause'> & { cause: string | null }

/** A row with what was said of its save, as the port knows it. */
export function withCause<Row extends { cause: string | null }>({ cause, ...row }: Row) {
  return cause === null ? row : { ...row, cause: JSON.parse(cause) as SaveCause }
}

/** Notes what was said of a save. A state of the same content says what the state before it said. */
export async function noteCause(
  db: SqlDatabase,
  { documentKey, manifestId, sequenceNumber, cause, expected }: Commit,
  before: { sequenceNumber: number },
): Promise<void> {
  if (cause)
    await db.run(
      `INSERT INTO save_causes (document_key, manifest_id, cause)
       VALUES (:documentKey, :manifestId, :cause)`,
      { documentKey, manifestId, cause: JSON.stringify(cause) },
    )
  else if (sequenceNumber === before.sequenceNumber)
    await db.run(
      `INSERT INTO save_causes (document_key, manifest_id, cause)
       SELECT document_key, :manifestId, cause FROM save_causes
       WHERE document_key = :documentKey AND manifest_id = :former`,
      { documentKey, manifestId, former: expected.manifestId },
    )
}
