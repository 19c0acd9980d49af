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

/** Documents whose versions are read at a time. */
const PAGE = 1000
/** Of a document that the host has not adopted yet. */
const FIRST_VERSION = versionOf({ sequenceNumber: 1 })

/**
 * The tree of a host whose documents are an application's: names and places are there, and only the
 * host's own documents outside of all containers are left to `own`.
 * Where the application gives no tree, its documents stay as and where they are.
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
    throw new WopiError('NOT_SUPPORTED', { detail: 'The application keeps this file' })
  return file
}

function createMappedTree({ metadata, limits }: Services, own: Tree, theirs: SourceTree): Tree {
  return {
    can: () => ({ rename: true, delete: true, create: true, containers: true }),
    root: async (user) => shown(await theirs.root(user)),
    async container(containerId) {
      const container = await theirs.container(containerId)
      return container && shown(container)
    },
    // As the application said when the request came; the host's own documents are in none of its.
    containerOf: async (file) => (file.source ? file.containerId : null),
    path: async (containerId, limit) => (await theirs.path(containerId, limit)).map(shown),
    find: (containerId, name) => theirs.find(containerId, name),
    createContainer: (container) => theirs.createContainer(container),
    renameContainer: (containerId, name) => theirs.renameContainer(containerId, name),
    deleteContainer: (containerId) => theirs.deleteContainer(containerId),

    async children(containerId, limit) {
      const { containers, files } = await theirs.children(containerId, limit)
      const listed = await withVersions(metadata, files.map(shown))
      return { containers: containers.map(shown), files: listed }
    },

    createFile: (file) =>
      theirs.createFile({ ...file, content: atMost(file.content, limits.maxFileBytes) }),

    async renameFile(file, name) {
      if (!file.source) return own.renameFile(file, name)
      if (!(await isUnchanged(metadata, file))) return { ok: false, reason: 'changed' }
      const renamed = await theirs.renameFile(file.fileId, name)
      if (renamed.ok) return renamed
      if (renamed.reason === 'gone') throw new WopiError('NOT_FOUND')
      return { ok: false, reason: renamed.reason }
    },

    async deleteFile(file) {
      if (!file.source) return own.deleteFile(file)
      if (!(await isUnchanged(metadata, file))) return { ok: false, reason: 'changed' }
      await theirs.deleteFile(file.fileId)
      await forget(metadata, file)
      return { ok: true }
    },
  }
}

/** The same with a name that clients can have: what they cannot becomes `-`, as in CheckFileInfo. */
function shown<Named extends { name: string }>(item: Named): Named {
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
 * Forgets a document that the application has deleted, whoever has locked it since. A save that came
 * in between stays, and is reported.
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

/** A file as CheckFileInfo would tell of it, without asking the application for each. */
function listedFile(
  { revision, ...file }: SourceFile,
  known: DocumentStateRecord | undefined,
): TreeFile {
  if (!known) return { ...file, version: FIRST_VERSION }
  const { sequenceNumber, size, modifiedAt, source } = known
  const isDelivered = source?.sequenceNumber === sequenceNumber
  if (!isDelivered) return { ...file, size, modifiedAt, version: versionOf(known) }
  // A change of the application's becomes the next state as soon as a client asks.
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
