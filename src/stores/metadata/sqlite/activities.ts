import type { ActivityRecord, NewActivity } from '../../../ports/metadata-store.ts'
import type { Commands } from '../commands.ts'
import type { Database } from './database.ts'

/** The commands about what clients tell of a document. */
export function activityCommands(db: Database): Commands<'appendActivities' | 'listActivities'> {
  return {
    appendActivities(now, documentKey, activities, keep) {
      for (const activity of activities) insertActivity(db, documentKey, activity, now)
      db.run(
        `DELETE FROM activities WHERE document_key = :documentKey AND ordinal NOT IN (
           SELECT ordinal FROM activities WHERE document_key = :documentKey
           ORDER BY ordinal DESC LIMIT :keep)`,
        { documentKey, keep },
      )
    },

    listActivities: (_now, documentKey, limit) =>
      db.all<ActivityRecord>(
        `SELECT activity_id AS activityId, type, user_id AS userId, json, received_at AS receivedAt
         FROM activities WHERE document_key = :documentKey ORDER BY ordinal DESC LIMIT :limit`,
        { documentKey, limit },
      ),
  }
}

function insertActivity(
  db: Database,
  documentKey: string,
  { activityId, type, userId, json }: NewActivity,
  now: number,
): void {
  db.run(
    `INSERT INTO activities
       (document_key, ordinal, activity_id, type, user_id, received_at, json)
     SELECT key,
       (SELECT coalesce(max(ordinal), 0) + 1 FROM activities WHERE document_key = :documentKey),
       :activityId, :type, :userId, :now, :json
     FROM documents WHERE key = :documentKey`,
    { documentKey, activityId, type, userId, json, now },
  )
}
