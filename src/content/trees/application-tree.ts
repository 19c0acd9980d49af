import type { DocumentSource, SourceFile, SourceTree } from '../../ports/document-source.ts'
import type {
  DocumentRecord,
  DocumentStateRecord,
  DocumentStore,
} from '../../ports/metadata/documents.ts'
import type { Tree, TreeAbilities, TreeFile } from '../../ports/tree.ts'
import { tooLarge, WopiError } from '../../protocol/errors.ts'
import { legalName } from '../../protocol/file-name.ts'
import type { ContentServices } from '../saving/services.ts'
import { versionOf } from '../state/version.ts'

type Services = Pick<ContentServices, 'metadata' | 'limits'>

/** Documents per query for versions. */
const PAGE = 1000
/** The version of a document that the host has not adopted yet. */
const FIRST_VERSION = versionOf({ sequenceNumber: 1 })

/**
 * The tree of a host whose documents an application keeps. The application's tree has all names and
 * places; `own` serves only the host's own documents, outside of all containers. Without a tree of
 * the application, clients cannot rename, move, create or delete its documents.
 */
export function createApplicationTree(
  services: Services,
  own: Tree,
  { tree }: Pick<DocumentSource, 'tree'>,
): Tree {
  return tree ? createMappedTree(services, own, tree) : createFixedTree(own)
}

const FIXED: TreeAbilities = { rename: false, delete: false, create: false, containers: false }

function createFixedTree(own: Tree): Tree {
  return {
    ...own,
    can: (file) => (file.source ? FIXED : own.can(file)),
    containerOf: async (file) => (file.source ? null : own.containerOf(file)),
    renameFile: async (file, name) => own.renameFile(requireOwn(file), name),
    deleteFile: async (file) => own.deleteFile(requireOwn(file)),
  }
}

function requireOwn(file: DocumentRecord): DocumentRecord {
  if (file.source)
    throw new WopiError('NOT_SUPPORTED', {
      detail: 'The application keeps this file, and gives no tree to rename or delete it in',
    })
  return file
}

function createMappedTree({ metadata, limits }: Services, own: Tree, tree: SourceTree): Tree {
  return {
    can: () => ({ rename: true, delete: true, create: true, containers: true }),
    root: async (user) => withLegalName(await tree.root(user)),
    async container(containerId) {
      const container = await tree.container(containerId)
      return container && withLegalName(container)
    },
    // As the application said at the start of the request. The host's own documents are in no
    // container.
    containerOf: async (file) => (file.source ? file.containerId : null),
    path: async (containerId, limit) => (await tree.path(containerId, limit)).map(withLegalName),
    find: (containerId, name) => tree.find(containerId, name),
    createContainer: (container) => tree.createContainer(container),
    renameContainer: (containerId, name) => tree.renameContainer(containerId, name),
    deleteContainer: (containerId) => tree.deleteContainer(containerId),

    async children(containerId, limit) {
      const { containers, files } = await tree.children(containerId, limit)
      const listed = await withVersions(metadata, files.map(withLegalName))
      return { containers: containers.map(withLegalName), files: listed }
    },

    createFile: (file) =>
      tree.createFile({ ...file, content: atMost(file.content, limits.maxFileBytes) }),

    async renameFile(file, name) {
      if (!file.source) return own.renameFile(file, name)
      if (!(await isUnchanged(metadata, file))) return { ok: false, reason: 'changed' }
      const renamed = await tree.renameFile(file.fileId, name)
      if (renamed.ok) return renamed
      if (renamed.reason === 'gone') throw new WopiError('NOT_FOUND')
      return { ok: false, reason: renamed.reason }
    },

    async deleteFile(file) {
      if (!file.source) return own.deleteFile(file)
      if (!(await isUnchanged(metadata, file))) return { ok: false, reason: 'changed' }
      await tree.deleteFile(file.fileId)
      await forget(metadata, file)
      return { ok: true }
    },
  }
}

/** Replaces characters that clients do not allow in a name with `-`, as in CheckFileInfo. */
function withLegalName<Named extends { name: string }>(item: Named): Named {
  return { ...item, name: legalName(item.name, '') }
}

async function isUnchanged(metadata: DocumentStore, file: DocumentRecord): Promise<boolean> {
  const found = await metadata.readDocument(file.fileId)
  return (
    found?.document.key === file.key &&
    found.document.manifestId === file.manifestId &&
    found.document.lockVersion === file.lockVersion
  )
}

/**
 * Forgets a document that the application has deleted, whoever has locked it since. A save that
 * came in between stays, and the host reports it.
 */
async function forget(metadata: DocumentStore, file: DocumentRecord): Promise<void> {
  for (;;) {
    const document = (await metadata.readDocument(file.fileId))?.document
    if (document?.key !== file.key || document.sequenceNumber !== file.sequenceNumber) return
    const { key, manifestId, lockVersion } = document
    if ((await metadata.deleteDocument(key, { manifestId, lockVersion })).ok) return
  }
}

async function withVersions(
  metadata: DocumentStore,
  files: readonly SourceFile[],
): Promise<TreeFile[]> {
  const listed: TreeFile[] = []
  for (let start = 0; start < files.length; start += PAGE) {
    const page = files.slice(start, start + PAGE)
    const known = await metadata.readStates(page.map(({ fileId }) => fileId))
    const states = new Map(known.map((state) => [state.fileId, state]))
    for (const file of page) listed.push(listedFile(file, states.get(file.fileId)))
  }
  return listed
}

/** Describes a file as CheckFileInfo would, without asking the application about each file. */
function listedFile(
  { revision, ...file }: SourceFile,
  known: DocumentStateRecord | undefined,
): TreeFile {
  if (!known) return { ...file, version: FIRST_VERSION }
  const { sequenceNumber, size, modifiedAt, source } = known
  const isDelivered = source?.sequenceNumber === sequenceNumber
  if (!isDelivered) return { ...file, size, modifiedAt, version: versionOf(known) }
  // A changed revision becomes the next state at the next request for the file.
  const isChanged = revision !== undefined && revision !== source.revision
  return { ...file, version: versionOf({ sequenceNumber: sequenceNumber + (isChanged ? 1 : 0) }) }
}

async function* atMost(
  content: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const bytes of content) {
    length += bytes.length
    if (length > maxBytes) throw tooLarge(maxBytes)
    yield bytes
  }
}
