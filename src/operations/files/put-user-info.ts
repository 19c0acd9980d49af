import { readLimited } from '../../content/bytes/read-limited.ts'
import { WopiError } from '../../protocol/errors.ts'
import { OVERRIDES, USER_INFO_MAX_BYTES } from '../../protocol/names.ts'
import { defineOperation } from '../shared/operation.ts'

/** Whatever is not ASCII could not be given back in CheckFileInfo as it came. */
const ASCII = /^[\0-\x7f]*$/

/** PutUserInfo: a text that a client keeps about the user; CheckFileInfo gives it back. */
export const putUserInfo = defineOperation({
  name: 'PutUserInfo',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.putUserInfo },
  permission: 'read',
  adds: true,

  read: ({ body }) => ({ body }),

  async run({ body }, { services, grant }) {
    const bytes = await readLimited(body, USER_INFO_MAX_BYTES)
    if (!bytes)
      throw new WopiError('TOO_LARGE', {
        detail: `UserInfo has more than the ${USER_INFO_MAX_BYTES} bytes that are allowed`,
      })
    const userInfo = String.fromCharCode(...bytes)
    if (!ASCII.test(userInfo))
      throw new WopiError('BODY_INVALID', { detail: 'UserInfo has characters that are not ASCII' })
    await services.metadata.writeUserInfo(grant.userId, userInfo)
  },

  reply: () => ({ status: 200, headers: {} }),
})
