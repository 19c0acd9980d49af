import type { SavedState } from '../../content/saving/commit.ts'
import { putWhole } from '../../content/saving/put-whole.ts'
import { WopiError } from '../../protocol/errors.ts'
import { decodeLocks } from '../../protocol/locks/state.ts'
import { checkPutFile } from '../../protocol/locks/writing.ts'
import type { TargetName } from '../../protocol/name-headers.ts'
import { requireLock } from './locking.ts'
import type { TokenContext } from './operation.ts'
import { nameTaken } from './target-name.ts'

/** A file that has the name which a client wants to write to. */
export interface Overwritten {
  fileId: string
  containerId: string
  /** As the client writes it. */
  wanted: string
  name: string
}

/**
 * Replaces the content of another file, which a client asks for by its name. The file may be of any
 * size, but not locked, and it has the name until its content is replaced, however long that takes to
 * come. The caller must have the right to write where it comes from, and there.
 *
 * @throws WopiError LOCK_CONFLICT with the file's lock, NOT_SUPPORTED without the right (page
 *   "PutRelativeFile": 501 for a user who may not overwrite), NAME_TAKEN when the name is of another
 *   file, or of none, by then, and those of `putWhole`
 */
export async function overwriteFile(
  { services, grant, grantOn, signal, share, tree }: TokenContext,
  { fileId, containerId, wanted }: Overwritten,
  content: { body: AsyncIterable<Uint8Array>; contentLength?: number | undefined },
): Promise<SavedState> {
  const there = grant.permissions.has('write') ? await grantOn(fileId) : undefined
  if (!there?.permissions.has('write'))
    throw new WopiError('NOT_SUPPORTED', {
      detail: 'A file of this name exists, and the user may not overwrite it',
    })
  const found = await services.findDocument(fileId, { signal })
  if (!found) throw new WopiError('NOT_FOUND')
  return putWhole(services, found, {
    ...content,
    userId: grant.userId,
    signal,
    share,
    async check({ locks }, now) {
      const named = await tree.find(containerId, wanted)
      if (!named || !('fileId' in named) || named.fileId !== fileId)
        throw await nameTaken(wanted, { tree, containerId, newId: services.newId })
      // Size 0: the rule for unlocked files is about writers who do not know what is there.
      return requireLock(checkPutFile(decodeLocks(locks), { size: 0 }, now))
    },
  })
}

/**
 * Finds the file with this exact name, if it may be overwritten; `undefined` when there is none.
 *
 * @throws WopiError NAME_TAKEN when it may not, or when a container has the name
 */
export async function findOverwritten(
  { tree, services, signal }: TokenContext,
  containerId: string | null,
  target: TargetName,
): Promise<Overwritten | undefined> {
  if (target.kind === 'suggested' || containerId === null) return undefined
  const found = await tree.find(containerId, target.name)
  if (!found) return undefined
  if (!target.overwrite || !('fileId' in found))
    throw await nameTaken(target.name, { tree, containerId, newId: services.newId })
  const existing = await services.findDocument(found.fileId, { signal })
  if (!existing) throw new WopiError('NOT_FOUND')
  const { name } = existing.document
  return { fileId: found.fileId, containerId, wanted: target.name, name }
}
