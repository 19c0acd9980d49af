import type { Deliveries } from '../content/application/deliveries.ts'
import { copiedBytes } from '../content/bytes/opened-bytes.ts'
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
  /** File name with extension. */
  name: string
  /** Size of the whole document, in bytes. */
  size: number
  /** Grows with every change of the content. */
  version: number
  /** The content, or the requested range. The caller disposes it. */
  body: OpenedBytes
}

/** A state of a document that the host keeps. */
export interface DocumentVersion {
  version: number
  /** Size of the whole document, in bytes. */
  size: number
  /** The user who saved it. */
  userId: string
  /** Time of the save, in ms since 1970 UTC. */
  savedAt: number
  /** What the client said about the save; left out when it said nothing. */
  cause?: SaveCause
}

/** The application's own access to documents, beside its clients. */
export interface Documents {
  /**
   * Adds a document that the host keeps. When `content` throws, no document is added. Characters
   * that clients do not allow in a name become `-`.
   *
   * @param document.containerId a container of the host's own tree; without it the document is
   *   outside of the tree
   * @returns its fileId
   * @throws DocumentExistsError when the fileId is taken; WopiError NAME_TAKEN, NOT_FOUND when
   *   the container does not exist, TOO_LARGE, STORAGE_FULL
   */
  create(document: {
    name: string
    ownerId: string
    content: AsyncIterable<Uint8Array>
    fileId?: string
    containerId?: string
  }): Promise<string>

  /**
   * Opens the newest content. It includes saves that wait for their delivery.
   *
   * @throws WopiError NOT_FOUND; RangeError when `range` reaches past the end
   */
  open(
    fileId: string,
    options?: { range?: ByteRange; signal?: AbortSignal },
  ): Promise<OpenedDocument>

  /**
   * Replaces the content. When the application keeps the document, the host delivers the new
   * content like any save.
   *
   * @param options.ifVersion the version to replace; the call fails when the document has another
   *   one
   * @throws WopiError NOT_FOUND, LOCK_CONFLICT while clients hold a lock, SEQUENCE_MISMATCH when
   *   the document has another version, TOO_LARGE, STORAGE_FULL; the document is unchanged then
   */
  replace(
    fileId: string,
    content: AsyncIterable<Uint8Array>,
    options: { userId: string; ifVersion?: number; signal?: AbortSignal },
  ): Promise<{ version: number }>

  /**
   * Deletes a document with its history, whoever holds a lock on it. When the application keeps the
   * document, the host deletes only its own records, including saves that wait for their delivery.
   * If a client opens such a document again, its versions start from 1.
   *
   * @returns whether the document existed
   */
  delete(fileId: string): Promise<boolean>

  /**
   * The states that the host keeps, the current one first: who saved each one, when, and what the
   * client said about the save. States of one version have the same content.
   *
   * @throws WopiError NOT_FOUND
   */
  history(fileId: string): Promise<DocumentVersion[]>

  /** The activities that clients reported, newest first (default: the newest 100). */
  activities(fileId: string, options?: { limit?: number }): Promise<ActivityRecord[]>

  /**
   * Removes all locks of a document, such as locks left by a broken client.
   *
   * @returns whether there were locks
   */
  unlock(fileId: string): Promise<boolean>

  /**
   * Waits until the application has every save. Useful for a shutdown or a test.
   *
   * @throws Error when saves wait and the host was not started; the reason of `signal` when it
   *   aborts
   */
  settled(options?: { signal?: AbortSignal }): Promise<void>
}

/** Creates the application's own access to the documents. */
export function createDocuments(content: ContentServices, deliveries?: Deliveries): Documents {
  const { metadata } = content

  /** Repeats a conditional change until no other request is faster. */
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
      return { name: found.document.name, size, version, body: copiedBytes(body) }
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

/** @throws TypeError when the content is not an async iterable */
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
