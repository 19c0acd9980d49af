import { createContentServices } from '../content/create-content.ts'
import type { ContentLimits } from '../content/limits.ts'
import { storeDocument } from '../content/saving/add-document.ts'
import type { ContentServices } from '../content/saving/services.ts'
import { createOwnTree } from '../content/trees/own-tree.ts'
import { DEFAULT_RETENTION, type Retention } from '../content/upkeep/retention.ts'
import { adoptBlobs, storeProblem } from '../content/upkeep/store-mark.ts'
import { createSafeSweeper, type Sweeper, type SweepReport } from '../content/upkeep/sweep.ts'
import { type VerifyReport, verifyStore } from '../content/upkeep/verify.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { DocumentRecord } from '../ports/metadata/documents.ts'
import type { SessionRecord } from '../ports/metadata/sessions.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import type { Tree } from '../ports/tree.ts'
import { WopiError } from '../protocol/errors.ts'
import { withNumber } from '../protocol/file-name.ts'
import { type HeldLock, type LockFilter, listHeldLocks, releaseHeldLocks } from './held-locks.ts'

export { DocumentExistsError } from '../content/saving/add-document.ts'
export { raiseMark, StoreMismatchError } from '../content/upkeep/store-mark.ts'
export type { Damage, VerifyReport } from '../content/upkeep/verify.ts'
export type { HeldLock, LockFilter } from './held-locks.ts'

/** A document to add. */
export interface AddedFile {
  /** File name with extension; it must be legal. */
  name: string
  ownerId: string
  /** Called once to open the content. */
  content: () => AsyncIterable<Uint8Array>
  /** Generated when left out. */
  fileId?: string
  /** The root container when left out. */
  containerId?: string
}

/** Administration of a host's stores, also while the host runs. */
export interface Admin {
  /**
   * Adds a document to a container. When `content` throws, no document is added.
   *
   * @returns its fileId and its name, which gets a number, such as `report (2).docx`, when it is
   *   taken
   * @throws DocumentExistsError; WopiError NOT_FOUND when the container does not exist,
   *   TOO_LARGE, STORAGE_FULL
   */
  add(document: AddedFile): Promise<{ fileId: string; name: string }>
  /** The tree of containers and files. */
  tree: Pick<Tree, 'root' | 'container' | 'children'>
  /** Finds a document; `undefined` when it does not exist. */
  find(fileId: string): Promise<DocumentRecord | undefined>
  /** Finds some document; `undefined` when there are none. */
  findAny(): Promise<DocumentRecord | undefined>
  /** Lists upload sessions that clients can still continue, ordered by id. */
  sessions(): Promise<{ sessions: SessionRecord[]; now: number }>
  /** Ends an upload session. Returns `false` when no open session has this id. */
  cancelSession(sessionId: string): Promise<boolean>
  /** Lists the live locks that match. Without `fileId` it reads every document. */
  locks(filter?: LockFilter): Promise<HeldLock[]>
  /**
   * Releases the locks that match, whoever holds them, such as locks left by a broken client.
   *
   * @returns the released locks
   * @throws TypeError when the filter is empty
   */
  releaseLocks(filter: LockFilter): Promise<HeldLock[]>
  /**
   * Hashes all stored content again, and reports damage and whether the two stores belong together.
   */
  verify(options?: Parameters<typeof verifyStore>[1]): Promise<VerifyReport>
  /**
   * Accepts the two stores as belonging together from now on, after one of them was lost or
   * restored. The sweeper then deletes packs that the metadata does not name, once they have been
   * garbage for long enough.
   */
  adopt(): Promise<void>
  /** Runs the housekeeping now, for about `budgetMs`. */
  sweep(options: { budgetMs: number; signal?: AbortSignal }): Promise<SweepReport>
}

const PAGE = 100

/** Creates the administration of stores that no host in this process serves. */
export function createStoreAdmin(options: {
  metadata: MetadataStore
  blobs: BlobStore
  limits?: Partial<ContentLimits>
  retention?: Partial<Retention>
}): Admin {
  const content = createContentServices(options)
  const retention = { ...DEFAULT_RETENTION, ...options.retention }
  const sweeper = createSafeSweeper(content, { retention, clock: () => performance.now() })
  return createAdmin(content, { tree: createOwnTree(content), sweeper })
}

/** Creates the administration of a host. */
export function createAdmin(
  content: ContentServices,
  { tree, sweeper }: { tree: Tree; sweeper: Sweeper },
): Admin {
  const { metadata } = content
  return {
    add: (document) => add(content, tree, document),
    tree,
    find: async (fileId) => (await metadata.readDocument(fileId))?.document,
    findAny: async () => (await metadata.listDocuments({ limit: 1 }))[0],
    sessions: () => openSessions(content),
    cancelSession: async (sessionId) => (await metadata.cancelSession(sessionId)).ok,
    locks: (filter) => listHeldLocks(metadata, filter),
    releaseLocks: (filter) => releaseHeldLocks(metadata, filter),
    verify: (choices) => verify(content, choices),
    adopt: () => adoptBlobs(content),
    sweep: (budget) => sweeper.sweep(budget),
  }
}

async function verify(
  content: ContentServices,
  choices: Parameters<typeof verifyStore>[1],
): Promise<VerifyReport> {
  const problem = await storeProblem(content)
  const report = await verifyStore(content, choices)
  if (problem !== undefined) report.damage.unshift({ problem })
  return report
}

async function add(
  services: ContentServices,
  tree: Tree,
  { name, content, ...document }: AddedFile,
): Promise<{ fileId: string; name: string }> {
  const { ownerId } = document
  const containerId = document.containerId ?? (await tree.root({ userId: ownerId })).containerId
  let number = 1
  const otherName = () => withNumber(name, ++number)
  const stored = await storeDocument(services, {
    ...document,
    name,
    containerId,
    otherName,
    content: content(),
  })
  if (!stored.ok) throw new WopiError('NOT_FOUND', { detail: 'The container does not exist' })
  return { fileId: stored.fileId, name: stored.name }
}

async function openSessions({
  metadata,
}: ContentServices): Promise<{ sessions: SessionRecord[]; now: number }> {
  const open: SessionRecord[] = []
  let after: string | undefined
  for (;;) {
    const page = await metadata.listSessions({ limit: PAGE, ...(after !== undefined && { after }) })
    open.push(...page.sessions.filter((s) => !s.committed && page.now < s.expiresAt))
    after = page.sessions.at(-1)?.id
    if (page.sessions.length < PAGE) return { sessions: open, now: page.now }
  }
}
