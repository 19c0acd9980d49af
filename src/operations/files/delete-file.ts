import { WopiError } from '../../protocol/errors.ts'
import { decodeLocks } from '../../protocol/locks/state.ts'
import { checkDeleteFile } from '../../protocol/locks/writing.ts'
import { OVERRIDES } from '../../protocol/names.ts'
import { requireLock } from '../shared/locking.ts'
import { defineOperation } from '../shared/operation.ts'

/** DeleteFile: the file, its history and its locks are gone, and its name is free. */
export const deleteFile = defineOperation({
  name: 'DeleteFile',
  route: { method: 'POST', path: '/wopi/files/:fileId', override: OVERRIDES.deleteFile },
  permission: 'delete',
  supported: ({ tree, file }) => tree.can(file).delete,

  read: () => ({}),

  async run(_, { services, file, tree, signal }) {
    for (;;) {
      const found = await services.findDocument(file.fileId, { signal })
      if (!found) throw new WopiError('NOT_FOUND')
      requireLock(checkDeleteFile(decodeLocks(found.document.locks), found.now))
      if ((await tree.deleteFile(found.document)).ok) return
    }
  },

  reply: () => ({ status: 200, headers: {} }),
})
