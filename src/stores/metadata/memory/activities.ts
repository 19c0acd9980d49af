import type { Commands } from '../commands.ts'
import type { Tables } from './tables.ts'

/** The commands about what clients tell of a document. */
export function activityCommands({
  documents,
}: Tables): Commands<'appendActivities' | 'listActivities'> {
  return {
    appendActivities(now, documentKey, activities, keep) {
      const row = documents.get(documentKey)
      if (row === undefined) return
      const added = activities.map((activity) => ({ ...activity, receivedAt: now }))
      const all = [...row.activities, ...added]
      row.activities = all.slice(Math.max(0, all.length - keep))
    },

    listActivities(_now, documentKey, limit) {
      const newestFirst = documents.get(documentKey)?.activities.toReversed() ?? []
      return newestFirst.slice(0, limit).map((activity) => ({ ...activity }))
    },
  }
}
