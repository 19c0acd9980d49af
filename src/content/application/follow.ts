import type { DocumentSource, SourceDocument } from '../../ports/document-source.ts'
import { RevisionGoneError } from '../../ports/document-source.ts'
import type { DocumentRecord } from '../../ports/metadata/documents.ts'
import { WopiError } from '../../protocol/errors.ts'
import { legalName } from '../../protocol/file-name.ts'
import { decodeLocks, liveLocks } from '../../protocol/locks/state.ts'
import { UNCOUNTED } from '../bytes/share.ts'
import { createSingleFlight } from '../bytes/single-flight.ts'
import { abandonPacks } from '../packs/abandon.ts'
import { commitOn, mainSize } from '../saving/commit.ts'
import type { ContentServices, FoundDocument } from '../saving/services.ts'
import type { ChunkedContent } from '../state/chunked-content.ts'
import type { Manifest } from '../state/manifest.ts'
import { decodeManifestSteps, encodeManifest } from '../state/manifest-format.ts'
import { applyWholePut, mainStream } from '../state/next-state.ts'
import type { Conflicts } from './conflicts.ts'
import type { SameRevision } from './same-revision.ts'
import { isRevision, takeRevision } from './take-revision.ts'

/** Most attempts: each one follows a change made meanwhile. */
const ATTEMPTS_MAX = 10

type ReadSource = Pick<DocumentSource, 'revisions' | 'find' | 'open'>

type Services = Pick<
  ContentServices,
  'metadata' | 'blobs' | 'newId' | 'limits' | 'manifests' | 'afterSave'
>

/**
 * Finds documents that an application keeps. Adopts a document at its first request, and follows
 * the changes that the application makes.
 */
export function createFollower(
  services: Services,
  source: ReadSource,
  { conflicts, sameRevision }: { conflicts: Conflicts; sameRevision: SameRevision },
): ContentServices['findDocument'] {
  const { metadata } = services

  /** What becomes of the host's state when the application has another one; `again`: it has changed. */
  async function judge(
    metadata: Services['metadata'],
    conflicts: Conflicts,
    { document, now }: FoundDocument,
    { revision }: SourceDocument,
  ): Promise<'keep' | 'take' | 'again'> {
    const { fileId, manifestId, sequenceNumber, source: known } = document
    if (!known) return 'keep'
    const conflict = { fileId, revision, knownRevision: known.revision, version: sequenceNumber }
    if (known.sequenceNumber < sequenceNumber) {
      conflicts.suspect({ ...conflict, reason: 'undelivered' })
      return 'keep'
    }
    if (!isLocked(document, now)) return 'take'
    // If the state has changed meanwhile, the revision may be a save that was just delivered.
    const again = await metadata.readDocument(fileId)
    if (again?.document.manifestId !== manifestId) return 'again'
    conflicts.report({ ...conflict, reason: 'locked' })
    return 'keep'
  }

  const take = createTaking()

  /** @returns `false` when the document is another one by now */
  async function stays(
    read: FoundDocument,
    found: SourceDocument,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { document, now } = read
    const { fileId, manifestId, source: known } = document
    if (known?.revision === found.revision) {
      if (await sameRevision.relocate(document, found)) return false
      if (!(await sameRevision.isWrong(document, found)) || isLocked(document, now)) return true
    }
    const verdict = await judge(metadata, conflicts, read, found)
    if (verdict !== 'take') return verdict === 'keep'
    await take(`${fileId}/${manifestId}/${found.revision}`, signal, (ended) =>
      update(services, source, read, { found, ended }),
    )
    return false
  }

  return async (fileId, request) => {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      // Read before asking the application: a save delivered after this makes the commit below
      // fail.
      const read = await metadata.readDocument(fileId)
      if (read && (request.continues || !read.document.source)) return read
      const found = await source.find(fileId, { signal: request.signal })
      if (!found) {
        if (read) conflicts.lost(read.document)
        return undefined
      }
      checkFound(fileId, found)
      if (!read) {
        await take(`${fileId}/${found.revision}`, request.signal, (ended) =>
          adopt(services, source, fileId, { found, ended }),
        )
        continue
      }
      if (await stays(read, found, request.signal)) return asDescribed(read, found)
    }
    throw new WopiError('INTERNAL', { detail: 'The file changes faster than the host can read it' })
  }
}

/** Does work once for all requests that need it. Each request waits as long as its client does. */
function createTaking() {
  const once = createSingleFlight()
  return async (
    name: string,
    signal: AbortSignal,
    act: (ended: AbortSignal) => Promise<void>,
  ): Promise<void> => {
    try {
      await once(name, signal, act)
    } catch (error) {
      // The document has changed meanwhile; the next attempt finds the new revision.
      if (!(error instanceof RevisionGoneError)) throw error
    }
  }
}

/** What is taken in, until nobody waits for it any more. */
interface Taking {
  found: SourceDocument
  ended: AbortSignal
}

async function adopt(
  services: Services,
  source: ReadSource,
  fileId: string,
  { found, ended }: Taking,
): Promise<void> {
  const { metadata, newId } = services
  const key = newId()
  const content = await takeRevision(services, source, { key, fileId }, found, ended)
  const manifest: Manifest = { streams: [mainStream(content, 0)], properties: [] }
  const newPacks = packsIn(content)
  const created = await metadata.createDocument({
    fileId,
    key,
    name: found.name,
    ownerId: found.ownerId,
    manifestId: newId(),
    manifest: encodeManifest(manifest),
    size: mainSize(manifest),
    userId: found.ownerId,
    newPacks,
    sourceRevision: found.revision,
  })
  // Another process may have adopted it first.
  if (!created.ok) await abandonPacks(services, key, newPacks)
  else if (content.awaitsChunking) await metadata.requestSweep(key, 0)
  if (!created.ok && created.reason === 'pack-gone')
    throw new Error('The sweeper condemned the new pack before the document named it')
}

/** Takes over a changed revision: an update that was no PutChunkedFile. */
async function update(
  services: Services,
  source: ReadSource,
  { document, now }: FoundDocument,
  { found, ended }: Taking,
): Promise<void> {
  const { metadata } = services
  const { key, fileId, manifestId } = document
  const encoded = await metadata.readManifest(key, manifestId)
  if (!encoded) return
  const content = await takeRevision(services, source, { key, fileId }, found, ended)
  const newPacks = packsIn(content)
  const saved = await commitOn(services, document, found.ownerId, {
    manifest: applyWholePut(await UNCOUNTED.work(decodeManifestSteps(encoded)), content, now),
    newPacks,
    sourceRevision: found.revision,
  })
  if (!saved) await abandonPacks(services, key, newPacks)
}

function packsIn({ extents }: ChunkedContent) {
  return extents.sources.filter(({ application }) => !application)
}

function isLocked({ locks }: DocumentRecord, now: number): boolean {
  return liveLocks(decodeLocks(locks), now).kind !== 'unlocked'
}

/**
 * Name, owner and place come from the application. Characters that clients do not allow in a name
 * become `-`.
 */
function asDescribed({ document, now }: FoundDocument, found: SourceDocument): FoundDocument {
  const { ownerId, containerId = null } = found
  return { document: { ...document, name: legalName(found.name, ''), ownerId, containerId }, now }
}

/** @throws TypeError when the application describes the document wrongly */
function checkFound(fileId: string, { name, ownerId, revision, size }: SourceDocument): void {
  const isSize = Number.isSafeInteger(size) && size >= 0
  if (isRevision(revision) && name && typeof ownerId === 'string' && isSize) return
  const found = JSON.stringify({ name, ownerId, revision, size: `${typeof size} ${size}` })
  throw new TypeError(
    `DocumentSource.find must return name, ownerId, revision and size of ${fileId}, not ${found}`,
  )
}
