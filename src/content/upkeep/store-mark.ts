import { type BlobStore, BlobStoreFullError } from '../../ports/blob-store.ts'
import type { EpochStore, StoreEpoch } from '../../ports/metadata/epoch.ts'

/**
 * A mark is a blob `store/<identity>/<epoch>` beside the packs: which metadata store they belong to, and
 * how far that had come. The metadata store raises its epoch first, so its own is never the smaller one,
 * unless it was lost, replaced by an older one, or has lost what it had acknowledged.
 */
const MARKS = 'store/'
const MARK = /^store\/([0-9a-z]+)\/(\d+)$/
/** Content of a mark: its key says it all, but not every store keeps blobs without bytes. */
const MARK_CONTENT = new TextEncoder().encode('wopikit\n')

/** Metadata and blobs do not belong together, so nothing is deleted. */
export class StoreMismatchError extends Error {
  override readonly name = 'StoreMismatchError'
  readonly code = 'STORE_MISMATCH'
}

interface Services {
  metadata: EpochStore
  blobs: BlobStore
}

interface Mark {
  identity: string
  epoch: number
  key: string
  locator?: string
}

/** Why metadata and blobs do not belong together, in words; `undefined` when they do. */
export async function storeProblem({ metadata, blobs }: Services): Promise<string | undefined> {
  // The marks first: whoever raises them meanwhile raises the metadata store's epoch before.
  const marks = await listMarks(blobs)
  const own = await metadata.readEpoch()
  if (marks.length === 0) return problemWithoutMarks(own, await hasBlobs(blobs))
  if (marks.some(({ identity }) => identity !== own.identity))
    return 'The content belongs to another database: this one is new, or from elsewhere'
  const newest = Math.max(...marks.map(({ epoch }) => epoch))
  if (newest > own.epoch)
    return (
      `The content is newer than the database (${newest} and ${own.epoch}): this one is older, or has ` +
      'lost what it had stored'
    )
  return undefined
}

/** Stores of which one is empty have never been one, or one of them is lost. */
function problemWithoutMarks({ epoch, hasDocuments }: StoreEpoch, hasContent: boolean) {
  if (hasContent && !hasDocuments) return 'There is content, but the database knows of no document'
  if (!hasContent && hasDocuments && epoch > 0)
    return 'The database knows of documents, but there is no content at all'
  return undefined
}

/**
 * Makes sure that metadata and blobs belong together, and marks how far they have come. Done before
 * anything is deleted, so that an older database is known as such afterwards. A store that is full
 * keeps its last mark.
 *
 * @throws StoreMismatchError
 */
export async function raiseMark(services: Services): Promise<void> {
  const problem = await storeProblem(services)
  if (problem !== undefined) throw new StoreMismatchError(problem)
  const { identity } = await services.metadata.readEpoch()
  await writeMark(services, { identity, above: 0 })
}

/**
 * Takes metadata and blobs for what belongs together from now on, whatever they were before. What the
 * metadata does not name becomes garbage.
 */
export async function adoptBlobs(services: Services): Promise<void> {
  const marks = await listMarks(services.blobs)
  const { identity } = await services.metadata.readEpoch()
  await writeMark(services, { identity, above: Math.max(0, ...marks.map(({ epoch }) => epoch)) })
}

/** Writes a mark above all others, and removes those. */
async function writeMark(
  { metadata, blobs }: Services,
  to: { identity: string; above: number },
): Promise<void> {
  const former = await listMarks(blobs)
  const epoch = await metadata.raiseEpoch(to)
  try {
    await blobs.put(`${MARKS}${to.identity}/${epoch}`, markContent())
  } catch (error) {
    if (error instanceof BlobStoreFullError) return
    throw error
  }
  for (const { key, locator, epoch: before } of former)
    if (before < epoch) await blobs.delete(key, locator === undefined ? {} : { locator })
}

async function* markContent(): AsyncGenerator<Uint8Array> {
  yield MARK_CONTENT
}

async function listMarks(blobs: BlobStore): Promise<Mark[]> {
  const marks: Mark[] = []
  for await (const { key, locator } of blobs.list(MARKS)) {
    const [, identity, epoch] = MARK.exec(key) ?? []
    if (identity === undefined) continue
    marks.push({ identity, epoch: Number(epoch), key, ...(locator !== undefined && { locator }) })
  }
  return marks
}

async function hasBlobs(blobs: BlobStore): Promise<boolean> {
  for await (const _ of blobs.list('')) return true
  return false
}
