import type { Deliveries } from '../content/application/deliveries.ts'
import { keptBytes } from '../content/bytes/opened-bytes.ts'
import { openMain } from '../content/packs/main-content.ts'
import { storeDocument } from '../content/saving/add-document.ts'
import { putWhole } from '../content/saving/put-whole.ts'
import type { ContentServices, FoundDocument } from '../content/saving/services.ts'
import type { ByteRange, OpenedBytes } from '../ports/blob-store.ts'
import type { ActivityRecord, DocumentRecord } from '../ports/metadata/documents.ts'
import { sequenceMismatch, WopiError } from '../protocol/errors.ts'
import { decodeLocks, liveLocks } from '../protocol/locks/state.ts'
import type { SaveCause } from '../protocol/save-cause.ts'

const ACTIVITIES_DEFAULT = 100

/** A document that is open for reading. */
export interface OpenedDocument {
  /** With extension. */
  name: string
  /** Of the whole document, in bytes. */
  size: number
  /** Grows with every change of the content. */
  version: number
  /** The content, or the range that was asked for; whoever opened it disposes it. */
  body: OpenedBytes
}

/** A kept state of a document. */
export interface DocumentVersion {
  version: number
  /** In bytes. */
  size: number
  /** Who has saved it. */
  userId: string
  /** In ms since 1970 UTC. */
  savedAt: number
  /** What the client has said of the save; left out when it said nothing. */
  cause?: SaveCause
}

/** What the application itself does with documents, beside its clients. */
export interface Documents {
  /**
   * Adds a document that the host keeps; when `content` throws there is none. What clients cannot
   * have in its name becomes `-`.
   *
   * @param document.containerId in the host's own tree; left out for one outside of it
   * @returns its fileId
   * @throws DocumentExistsError when the fileId is taken; WopiError NAME_TAKEN, NOT_FOUND when there
   *   is no such container, TOO_LARGE, STORAGE_FULL
   */
  create(document: {
    name: string
    ownerId: string
    content: AsyncIterable<Uint8Array>
    fileId?: string
    containerId?: string
  }): Promise<string>

  /**
   * Opens the newest content, that of saves which are still to be delivered included.
   *
   * @throws WopiError NOT_FOUND; RangeError when `range` reaches past the end
   */
  open(
    fileId: string,
    options?: { range?: ByteRange; signal?: AbortSignal },
  ): Promise<OpenedDocument>

  /**
   * Replaces the content; a document that the application keeps is delivered to it as any save.
   *
   * @param options.ifVersion the version that is to be replaced
   * @throws WopiError NOT_FOUND, LOCK_CONFLICT while clients hold a lock, SEQUENCE_MISMATCH when the
   *   version is another one, TOO_LARGE, STORAGE_FULL; nothing has changed then
   */
  replace(
    fileId: string,
    content: AsyncIterable<Uint8Array>,
    options: { userId: string; ifVersion?: number; signal?: AbortSignal },
  ): Promise<{ version: number }>

  /**
   * Deletes a document with its history, whoever has locked it. Of one that the application keeps
   * only what the host knows goes, with the saves that are still to be delivered; should it be opened
   * again, its versions begin anew.
   *
   * @returns whether there was one
   */
  delete(fileId: string): Promise<boolean>

  /**
   * The states that are kept, the current one first: who has saved them, when, and what their clients
   * have said of the saves. States of one version have the same content.
   *
   * @throws WopiError NOT_FOUND
   */
  history(fileId: string): Promise<DocumentVersion[]>

  /** The newest activities that clients have told of, newest first (default: 100). */
  activities(fileId: string, options?: { limit?: number }): Promise<ActivityRecord[]>

  /**
   * Takes all locks away, such as those that a broken client has left.
   *
   * @returns whether there were any
   */
  unlock(fileId: string): Promise<boolean>

  /**
   * Waits until the application has every save, for a shutdown or a test.
   *
   * @throws Error when the host was not started; the reason of `signal`
   */
  settled(options?: { signal?: AbortSignal }): Promise<void>
}

/** Creates the application's own way to the documents. */
export function createDocuments(content: ContentServices, deliveries?: Deliveries): Documents {
  const { metadata } = content

  /** Repeats a conditional change until nobody else is faster. */
  async function change(
    fileId: string,
    act: (document: DocumentRecord) => Promise<{ ok: boolean }>,
  ): Promise<boolean> {
    for (;;) {
      const found = await metadata.readDocument(fileId)
      if (!found) return false
      if ((await act(found.document)).ok) return true
    }
  }

  return {
    async create(document) {
      requireStream(document.content)
      const stored = await storeDocument(content, document)
      if (stored.ok) return stored.fileId
      throw new WopiError(stored.reason === 'name-taken' ? 'NAME_TAKEN' : 'NOT_FOUND')
    },

    async open(fileId, { range, signal = AbortSignal.any([]) } = {}) {
      const found = await requireDocument(content, fileId, signal)
      const { document, manifest } = await content.manifests.of(found.document)
      const { size, sequenceNumber: version } = document
      const body = await openMain(content.opener, manifest, { range, signal })
      return { name: found.document.name, size, version, body: keptBytes(body) }
    },

    async replace(fileId, body, { userId, ifVersion, signal = AbortSignal.any([]) }) {
      requireStream(body)
      const found = await requireDocument(content, fileId, signal)
      const check = (document: DocumentRecord, now: number) => {
        checkReplaceable(document, now, ifVersion)
        return {}
      }
      const saved = await putWhole(content, found, { userId, body, signal, check })
      return { version: saved.sequenceNumber }
    },

    delete: (fileId) =>
      change(fileId, ({ key, manifestId, lockVersion }) =>
        metadata.deleteDocument(key, { manifestId, lockVersion }),
      ),

    async history(fileId) {
      const found = await metadata.readDocument(fileId)
      if (!found) throw new WopiError('NOT_FOUND')
      const states = await metadata.listManifests(found.document.key)
      return states.map(({ sequenceNumber, size, userId, createdAt, cause }) => ({
        ...{ version: sequenceNumber, size, userId, savedAt: createdAt },
        ...(cause && { cause }),
      }))
    },

    async activities(fileId, { limit = ACTIVITIES_DEFAULT } = {}) {
      const found = await metadata.readDocument(fileId)
      return found ? metadata.listActivities(found.document.key, limit) : []
    },

    async unlock(fileId) {
      let held = false
      await change(fileId, async ({ key, lockVersion, locks }) => {
        held = locks !== null
        return held ? metadata.replaceLocks(key, lockVersion, null) : { ok: true }
      })
      return held
    },

    settled: async ({ signal } = {}) => deliveries?.settled(signal),
  }
}

/** @throws TypeError that tells the application's developer what content has to be */
function requireStream(content: AsyncIterable<Uint8Array>): void {
  if (typeof content?.[Symbol.asyncIterator] === 'function') return
  throw new TypeError(
    'The content must be an AsyncIterable<Uint8Array>, such as a stream of node:fs, not ' +
      (content === null ? 'null' : typeof content),
  )
}

function checkReplaceable(
  { locks, sequenceNumber }: DocumentRecord,
  now: number,
  ifVersion: number | undefined,
): void {
  if (liveLocks(decodeLocks(locks), now).kind !== 'unlocked') throw new WopiError('LOCK_CONFLICT')
  if (ifVersion !== undefined && ifVersion !== sequenceNumber)
    throw sequenceMismatch(sequenceNumber, ifVersion)
}

async function requireDocument(
  content: ContentServices,
  fileId: string,
  signal: AbortSignal,
): Promise<FoundDocument> {
  const found = await content.findDocument(fileId, { signal })
  if (!found) throw new WopiError('NOT_FOUND')
  return found
}
