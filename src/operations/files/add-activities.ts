import { readLimited } from '../../content/bytes/read-limited.ts'
import { messageOrRefusal } from '../../content/saving/message-body.ts'
import {
  ACTIVITIES_BODY_MAX_BYTES,
  isKnownActivity,
  parseActivities,
} from '../../protocol/activities.ts'
import { WopiError } from '../../protocol/errors.ts'
import { OVERRIDES } from '../../protocol/names.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { defineOperation } from '../shared/operation.ts'

/** Activities of one document that are kept, the newest ones. */
const ACTIVITIES_KEPT = 1000
const SUCCESS = 0
const UNSUPPORTED_TYPE = 3

/** AddActivities: stores what users have done in the file, such as a mention in a comment. */
export const addActivities = defineOperation({
  name: 'AddActivities',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.addActivities },
  permission: 'write',
  adds: true,

  read: ({ body }) => ({ body }),

  async run({ body }, { services, file, grant }) {
    const bytes = await readLimited(body, ACTIVITIES_BODY_MAX_BYTES)
    if (!bytes)
      throw new WopiError('TOO_LARGE', {
        detail: `The body has more than the ${ACTIVITIES_BODY_MAX_BYTES} bytes that activities may have at a time`,
      })
    const activities = messageOrRefusal(() => parseActivities(bytes))
    const known = activities.filter(isKnownActivity).map(({ id, type, json }) => ({
      activityId: id,
      type,
      userId: grant.userId,
      json,
    }))
    if (known.length > 0) await services.metadata.appendActivities(file.key, known, ACTIVITIES_KEPT)
    return {
      ActivityResponses: activities.map((activity) => ({
        Id: activity.id,
        Status: isKnownActivity(activity) ? SUCCESS : UNSUPPORTED_TYPE,
      })),
    }
  },

  reply: jsonReply,
})
