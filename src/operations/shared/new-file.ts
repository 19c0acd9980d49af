import { WopiError } from '../../protocol/errors.ts'
import type { TargetName } from '../../protocol/name-headers.ts'
import { requireAddress } from './browsing.ts'
import type { TokenContext } from './operation.ts'
import { nameTaken, otherNames, suggestedFileName, wantedName } from './target-name.ts'

/** What clients are told of a file that they have had created. */
export interface NewFile {
  /** With extension. */
  Name: string
  Url: string
  HostViewUrl?: string
  HostEditUrl?: string
}

/** @throws WopiError NOT_FOUND when the user has no right to see the file */
export async function newFile(
  context: TokenContext,
  { fileId, name }: { fileId: string; name: string },
): Promise<NewFile> {
  const { view, edit } = context.features.pages
  const subject = { fileId, name, userId: context.grant.userId }
  return {
    Name: name,
    Url: await requireAddress(context, { fileId }),
    ...(view && { HostViewUrl: view(subject) }),
    ...(edit && { HostEditUrl: edit(subject) }),
  }
}

/** A file that a client wants to have. */
export interface WantedFile {
  /** `null` for a file outside of the tree. */
  containerId: string | null
  target: TargetName
  /** What an extension alone is added to. */
  stem: string
  content: AsyncIterable<Uint8Array>
}

/**
 * Creates a file under the name that a client wants, or one like it if it is only a suggestion.
 *
 * @throws WopiError NAME_TAKEN, NOT_FOUND when the container is gone, or the user has no right to see
 *   what is new there, and those of the content; there is no such file then
 */
export async function createFile(context: TokenContext, wanted: WantedFile): Promise<NewFile> {
  const created = await create(context, wanted)
  try {
    return await newFile(context, created)
  } catch (error) {
    // Otherwise each new attempt would leave another file that its user cannot see.
    await discard(context, created.fileId).catch(() => {})
    throw error
  }
}

async function discard({ services, tree, signal }: TokenContext, fileId: string): Promise<void> {
  const found = await services.findDocument(fileId, { signal })
  if (found) await tree.deleteFile(found.document)
}

async function create(
  { tree, services, grant, signal }: TokenContext,
  { containerId, target, stem, content }: WantedFile,
): Promise<{ fileId: string; name: string }> {
  const { newId } = services
  const wanted = wantedName(target, (text) => suggestedFileName(text, stem))
  const created = await tree.createFile({
    containerId,
    name: wanted.name,
    ...otherNames(wanted, newId),
    userId: grant.userId,
    content,
    signal,
  })
  if (created.ok) return created
  if (created.reason === 'container-gone')
    throw new WopiError('NOT_FOUND', { detail: 'The container was deleted meanwhile' })
  if (wanted.exact) throw await nameTaken(wanted.name, { tree, containerId, newId })
  throw new Error('No free name was found: the client must choose another name')
}
