import type { ActivityRecord, NewActivity } from '../../../ports/metadata/documents.ts'
import type { Commands } from './commands.ts'
import type { SqlDatabase } from './database.ts'

/** The commands about what clients tell of a document. */
export function activityCommands(db: SqlDatabase): Commands<'appendActivities' | 'listActivities'> {
  return {
    async appendActivities(now, documentKey, activities, keep) {
      for (const activity of activities) await insertActivity(db, documentKey, activity, now)
      await db.run(
        `DELETE FROM activities WHERE document_key = :documentKey AND ordinal NOT IN (
           SELECT ordinal FROM activities WHERE document_key = :documentKey
           ORDER BY ordinal DESC LIMIT :keep)`,
        { documentKey, keep },
      )
    },

    listActivities: (_now, documentKey, limit) =>
      db.all<ActivityRecord>(
        `SELECT activity_id, type, user_id, json, received_at
         FROM activities WHERE document_key = :documentKey ORDER BY ordinal DESC LIMIT :limit`,
        { documentKey, limit },
      ),
  }
}

async function insertActivity(
  db: SqlDatabase,
  documentKey: string,
  { activityId, type, userId, json }: NewActivity,
  now: number,
): Promise<void> {
  await db.run(
    `INSERT INTO activities
       (document_key, ordinal, activity_id, type, user_id, received_at, json)
     SELECT key,
       (SELECT coalesce(max(ordinal), 0) + 1 FROM activities WHERE document_key = :documentKey),
       :activityId, :type, :userId, :now, :json
     FROM documents WHERE key = :documentKey`,
    { documentKey, activityId, type, userId, json, now },
  )
}
