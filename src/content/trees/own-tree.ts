import type { DocumentRecord } from '../../ports/metadata/documents.ts'
import type { ChildRecord, FolderStore } from '../../ports/metadata/folders.ts'
import type { Place } from '../../ports/metadata/place.ts'
import type { Tree, TreeContainer, TreeFile } from '../../ports/tree.ts'
import { nameKey } from '../../protocol/file-name.ts'
import { storeDocument } from '../saving/add-document.ts'
import type { ContentServices } from '../saving/services.ts'
import { versionOf } from '../state/version.ts'

/** Entries of a container per query; those of files include their locks, which may be long. */
const CHILDREN_PAGE = 100
const ROOT_NAME = 'Documents'
const ROOT_OWNER = 'system'

/** The tree of containers that the host keeps itself, in its metadata store. */
export function createOwnTree(
  services: Pick<ContentServices, 'metadata' | 'blobs' | 'newId' | 'limits' | 'openShare'>,
): Tree {
  const { metadata, newId } = services

  return {
    can: () => ({ rename: true, delete: true, create: true, containers: true }),

    root: () =>
      metadata.ensureRootContainer({ containerId: newId(), name: ROOT_NAME, ownerId: ROOT_OWNER }),

    container: (containerId) => metadata.readContainer(containerId),

    containerOf: async (file) => file.containerId,

    path: (containerId, limit) => metadata.listAncestors(containerId, limit),

    async children(containerId, limit, wants = () => true) {
      const containers: TreeContainer[] = []
      const files: TreeFile[] = []
      for await (const child of readChildren(services, containerId, Number.POSITIVE_INFINITY)) {
        if (child.kind === 'container') containers.push(child.container)
        else if (wants(child.document.name)) files.push(treeFile(child.document))
        if (containers.length + files.length >= limit) break
      }
      return { containers, files }
    },

    async find(containerId, name) {
      const found = await metadata.findChild(containerId, nameKey(name))
      if (!found) return undefined
      return found.kind === 'container'
        ? { containerId: found.container.containerId }
        : { fileId: found.document.fileId }
    },

    async createFile({ userId, ...file }) {
      const documentKey = `new in ${file.containerId}`
      using share = services.openShare({ userId, documentKey, operation: 'createFile' })
      return await storeDocument(services, { ...file, ownerId: userId, share })
    },

    async createContainer({ parentId, name, userId }) {
      const place = placeOf(parentId, name)
      const container = { containerId: newId(), name, ownerId: userId, place }
      const created = await metadata.createContainer(container)
      if (created.ok) return created
      if (created.reason === 'exists')
        throw new Error('A newly generated container id is already taken')
      return { ok: false, reason: created.reason }
    },

    async renameFile(file, name) {
      const place = file.containerId === null ? null : placeOf(file.containerId, name)
      const placed = await metadata.placeDocument(file.key, file.lockVersion, { name, place })
      if (placed.ok) return placed
      return { ok: false, reason: placed.reason === 'name-taken' ? 'name-taken' : 'changed' }
    },

    async deleteFile({ key, manifestId, lockVersion }) {
      const deleted = await metadata.deleteDocument(key, { manifestId, lockVersion })
      return deleted.ok ? { ok: true } : { ok: false, reason: 'changed' }
    },

    renameContainer: (containerId, name) => renameContainer(metadata, containerId, name),

    deleteContainer: (containerId) => metadata.deleteContainer(containerId),
  }
}

async function renameContainer(
  metadata: FolderStore,
  containerId: string,
  name: string,
): ReturnType<Tree['renameContainer']> {
  const container = await metadata.readContainer(containerId)
  if (!container) return { ok: false, reason: 'gone' }
  const place = container.parentId === null ? null : placeOf(container.parentId, name)
  const placed = await metadata.placeContainer(containerId, { name, place })
  if (placed.ok) return placed
  return { ok: false, reason: placed.reason === 'name-taken' ? 'name-taken' : 'gone' }
}

function placeOf(containerId: string, name: string): Place {
  return { containerId, nameKey: nameKey(name) }
}

function treeFile(document: DocumentRecord): TreeFile {
  const { fileId, name, size, modifiedAt } = document
  return { fileId, name, size, modifiedAt, version: versionOf(document) }
}

async function* readChildren(
  { metadata }: Pick<ContentServices, 'metadata'>,
  containerId: string,
  limit: number,
): AsyncGenerator<ChildRecord> {
  let after: string | undefined
  for (let left = limit; left > 0; left -= CHILDREN_PAGE) {
    const wanted = Math.min(CHILDREN_PAGE, left)
    const page = await metadata.listChildren(containerId, {
      limit: wanted,
      ...(after !== undefined && { after }),
    })
    yield* page
    if (page.length < wanted) return
    after = page.at(-1)?.nameKey
  }
}
