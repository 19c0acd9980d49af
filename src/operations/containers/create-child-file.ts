import { readTargetName } from '../../protocol/name-headers.ts'
import { OVERRIDES } from '../../protocol/names.ts'
import { mayBrowse } from '../shared/browsing.ts'
import { jsonReply } from '../shared/json-reply.ts'
import { createFile, newFile } from '../shared/new-file.ts'
import { defineContainerOperation } from '../shared/operation.ts'
import { findOverwritten, overwriteFile } from '../shared/overwrite.ts'

/** The name of a file when the client gives only an extension. */
const DEFAULT_STEM = 'New file'

/** CreateChildFile: an empty file in the container. */
export const createChildFile = defineContainerOperation({
  name: 'CreateChildFile',
  route: {
    method: 'POST',
    path: '/wopi/containers/:containerId',
    override: OVERRIDES.createChildFile,
  },
  permission: 'create',
  adds: true,
  supported: mayBrowse,

  read: ({ header }) => ({ target: readTargetName(header, 'file') }),

  async run({ target }, context) {
    const { containerId } = context.container
    const existing = await findOverwritten(context, containerId, target)
    if (!existing)
      return createFile(context, { containerId, target, stem: DEFAULT_STEM, content: nothing() })
    await overwriteFile(context, existing, { body: nothing() })
    return newFile(context, existing)
  },

  reply: jsonReply,
})

async function* nothing(): AsyncGenerator<Uint8Array> {}
