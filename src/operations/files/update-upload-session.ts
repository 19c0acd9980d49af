import { appendFragment, findOpenSession } from '../../content/saving/upload-session.ts'
import { WopiError } from '../../protocol/errors.ts'
import {
  readContentRangeLength,
  readContentRangeOffset,
  readUploadSessionToken,
} from '../../protocol/headers.ts'
import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import { defineOperation } from '../shared/operation.ts'

/** UpdateUploadSession: appends one fragment of Chunk frames (upload-bytes-session). */
export const updateUploadSession = defineOperation({
  name: 'UpdateUploadSession',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.updateUploadSession },
  permission: 'write',
  adds: true,
  continues: true,
  supported: ({ features }) => features.uploadSessions,

  read: ({ header, contentLength, body }) => {
    const token = readUploadSessionToken(header)
    const offset = readContentRangeOffset(header)
    const length = readContentRangeLength(header)
    return { token, fragment: { offset, length, body }, contentLength }
  },

  async run({ token, fragment, contentLength }, { services, file, signal, share }) {
    const live = await findOpenSession(services.metadata, token, file.key)
    if (contentLength !== undefined && contentLength !== fragment.length)
      throw new WopiError('LENGTH_MISMATCH', {
        detail: `Content-Length is ${contentLength}, ${HEADERS.contentRangeLength} ${fragment.length}`,
      })
    return appendFragment(services, live, fragment, { signal, share })
  },

  reply: (received) => ({
    status: 200,
    headers: { [HEADERS.uploadSessionCurrentOffset]: String(received) },
  }),

  /**
   * Every refusal tells the client the offset of the live session: it has no other way to learn it.
   */
  async failureHeaders({ header }, { services, file }) {
    const token = header(HEADERS.uploadSessionToken)
    const live =
      token && (await findOpenSession(services.metadata, token, file.key).catch(() => undefined))
    if (!live) return {}
    return { [HEADERS.uploadSessionCurrentOffset]: String(live.session.received) }
  },
})
