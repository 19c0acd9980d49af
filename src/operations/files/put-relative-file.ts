import { tooLarge } from '../../protocol/errors.ts'
import { splitName } from '../../protocol/file-name.ts'
import { readTargetName, type TargetName } from '../../protocol/name-headers.ts'
import { OVERRIDES } from '../../protocol/names.ts'
import { roundTripTime } from '../../protocol/round-trip-time.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { createFile, type NewFile, newFile } from '../shared/new-file.ts'
import { defineOperation } from '../shared/operation.ts'
import { findOverwritten, overwriteFile } from '../shared/overwrite.ts'
import { mayCreate } from './check-file-info.ts'

/** A file that the client gives whole. */
interface Input {
  target: TargetName
  contentLength: number | undefined
  body: AsyncIterable<Uint8Array>
}

/** PutRelativeFile: a new file beside this one, with the body as its content. */
export const putRelativeFile = defineOperation({
  name: 'PutRelativeFile',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.putRelative },
  permission: 'read',
  adds: true,
  supported: mayCreate,

  read: ({ header, contentLength, body }): Input => ({
    target: readTargetName(header, 'file'),
    contentLength,
    body,
  }),

  async run({ target, contentLength, body }, context) {
    const { tree, file, services } = context
    const containerId = await tree.containerOf(file)
    const { maxFileBytes } = services.limits
    if ((contentLength ?? 0) > maxFileBytes) throw tooLarge(maxFileBytes)
    const existing = await findOverwritten(context, containerId, target)
    if (existing) {
      const saved = await overwriteFile(context, existing, { body, contentLength })
      const created = await newFile(context, existing)
      return withSourceTime(created, existing.fileId === file.fileId ? saved : file)
    }
    const { stem } = splitName(file.name)
    const created = await createFile(context, { containerId, target, stem, content: body })
    return withSourceTime(created, file)
  },

  reply: jsonReply,
})

/**
 * Collabora takes the time in the reply for that of the document which stays open, also when there is
 * none: it is that of the source.
 */
function withSourceTime(
  created: NewFile,
  { modifiedAt }: { modifiedAt: number },
): NewFile & { LastModifiedTime: string } {
  return { ...created, LastModifiedTime: roundTripTime(modifiedAt) }
}
