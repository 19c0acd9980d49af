import type { Commit, DocumentRecord } from '../../ports/metadata/documents.ts'
import type { PackRef } from '../../ports/metadata/pack-ref.ts'
import { WopiError } from '../../protocol/errors.ts'
import { MAIN_CONTENT, SEQUENCE_NUMBER_MAX } from '../../protocol/names.ts'
import type { SaveCause } from '../../protocol/save-cause.ts'
import { type Share, UNCOUNTED } from '../bytes/share.ts'
import { MANIFEST_MAX_BYTES, SWEEP_AFTER_SAVE_MS } from '../limits.ts'
import { abandonPacks } from '../packs/abandon.ts'
import { anyAwaitsChunking, type Manifest, manifestBytes } from '../state/manifest.ts'
import { encodeManifestSteps } from '../state/manifest-format.ts'
import type { DocumentState } from '../state/manifests.ts'
import type { ContentServices } from './services.ts'

/** A new state of a document. */
export interface NextState {
  manifest: Manifest
  /** When the lock that allows this save expires, in ms since 1970 UTC. */
  validBefore?: number | undefined
  /** Packs that only this save names. */
  newPacks: readonly PackRef[]
  session?: Commit['session']
  /** The revision of the application with this content; see `Commit`. */
  sourceRevision?: string
  /** What the client says of the save. */
  cause?: SaveCause
}

/** What a save needs. */
export type CommitServices = Pick<
  ContentServices,
  'metadata' | 'blobs' | 'manifests' | 'newId' | 'afterSave'
>

/** The result of a save. */
export interface SavedState {
  sequenceNumber: number
  /** In ms since 1970 UTC. */
  modifiedAt: number
}

/** A commit under way. */
export interface CommitAttempt {
  /** Of the request that saves (default: not counted). */
  share?: Share
  /** Whether the store has been asked and has not answered: nobody knows whether it happened. */
  isUnknown: boolean
}

/**
 * Makes `next` the current state, if the document has not changed since `document` was read.
 *
 * @returns `undefined` when another request was faster; the document is unchanged then
 */
export async function commitOn(
  services: Omit<CommitServices, 'manifests' | 'blobs'>,
  document: DocumentRecord,
  userId: string,
  next: NextState,
  attempt: CommitAttempt = { isUnknown: false },
): Promise<SavedState | undefined> {
  const manifest = await encodeNext(next.manifest, attempt.share ?? UNCOUNTED)
  const sequenceNumber = nextSequenceNumber(document)
  attempt.isUnknown = true
  const outcome = await services.metadata.commit({
    documentKey: document.key,
    expected: {
      manifestId: document.manifestId,
      lockVersion: document.lockVersion,
      ...(next.validBefore !== undefined && { validBefore: next.validBefore }),
    },
    manifestId: services.newId(),
    manifest,
    size: mainSize(next.manifest),
    sequenceNumber,
    userId,
    newPacks: next.newPacks,
    sweepAfterMs: anyAwaitsChunking(next.manifest) ? 0 : SWEEP_AFTER_SAVE_MS,
    ...(next.cause && { cause: next.cause }),
    ...(next.session && { session: next.session }),
    ...(next.sourceRevision !== undefined && { sourceRevision: next.sourceRevision }),
  })
  attempt.isUnknown = false
  if (!outcome.ok && outcome.reason === 'pack-gone')
    throw new WopiError('INTERNAL', {
      detail: 'The sweeper condemned a new pack before the state named it',
    })
  if (!outcome.ok) return undefined
  if (document.source && next.sourceRevision === undefined) services.afterSave()
  return { sequenceNumber, modifiedAt: outcome.modifiedAt }
}

/**
 * Encodes a new state.
 *
 * @throws WopiError CONTENT_LIMIT above `MANIFEST_MAX_BYTES`
 */
async function encodeNext(manifest: Manifest, share: Share): Promise<Uint8Array> {
  await share.grow(manifestBytes(manifest))
  const encoded = await share.work(encodeManifestSteps(manifest))
  if (encoded.length > MANIFEST_MAX_BYTES)
    throw new WopiError('CONTENT_LIMIT', {
      detail: `The file's streams, chunks and properties would take ${encoded.length} bytes; ${MANIFEST_MAX_BYTES} are allowed`,
    })
  return encoded
}

/** A document to save, and the packs already stored for it. */
export interface SaveTarget {
  fileId: string
  documentKey: string
  userId: string
  /** Packs that nothing names yet; they are deleted when the save is refused. */
  packs: readonly PackRef[]
  /** What the client says of the save. */
  cause?: SaveCause
  /** Of the request that saves (default: not counted). */
  share?: Share
}

/**
 * Commits the next state of a document. `prepare` gets the current state, and returns the next one
 * or throws to refuse. It runs again whenever another request was faster. The document is unchanged
 * unless the promise resolves.
 *
 * @throws WopiError NOT_FOUND when the document is gone; whatever `prepare` throws
 */
export async function commitNext(
  services: CommitServices,
  { fileId, documentKey, userId, packs, cause, share }: SaveTarget,
  prepare: (current: DocumentState) => Promise<NextState>,
): Promise<SavedState> {
  const attempt: CommitAttempt = { ...(share && { share }), isUnknown: false }
  try {
    for (;;) {
      const current = await services.manifests.current(fileId, share)
      // A new document may have taken the fileId meanwhile; it must not name packs of this one.
      if (current?.document.key !== documentKey) throw new WopiError('NOT_FOUND')
      const next = { ...(await prepare(current)), ...(cause && { cause }) }
      const saved = await commitOn(services, current.document, userId, next, attempt)
      if (saved) return saved
    }
  } catch (error) {
    if (!attempt.isUnknown) await abandonPacks(services, documentKey, packs)
    // Otherwise the bytes would wait until the sweeper visits all documents. The refusal matters
    // more than a failure here.
    else if (packs.length > 0) await services.metadata.requestSweep(documentKey, 0).catch(() => {})
    throw error
  }
}

/** Size of the document as WOPI reports it, in bytes. */
export function mainSize(manifest: Manifest): number {
  return manifest.streams.find(({ streamId }) => streamId === MAIN_CONTENT)?.size ?? 0
}

function nextSequenceNumber({ sequenceNumber }: DocumentRecord): number {
  if (sequenceNumber >= SEQUENCE_NUMBER_MAX)
    throw new WopiError('INTERNAL', { detail: 'The file has reached the largest sequence number' })
  return sequenceNumber + 1
}
