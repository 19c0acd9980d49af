import type { DocumentSource, SourceConflict } from '../../ports/document-source.ts'
import type { Log } from '../../ports/log.ts'
import type { DocumentRecord } from '../../ports/metadata/documents.ts'
import { ask, createPatience } from './deadlines.ts'

/** Most documents whose last conflict, and whose last suspicion, is remembered. */
const REMEMBERED_MAX = 10_000

/** Tells the application of its documents that have changed at both ends. */
export interface Conflicts {
  /** The application has another revision while clients hold a lock. */
  report(conflict: SourceConflict): void
  /**
   * The application has another revision while saves are on their way to it. Whether one of those has
   * become that revision turns out when they are delivered.
   */
  suspect(conflict: SourceConflict): void
  /** A save on top of `baseRevision` was delivered, and is `revision` now. */
  settled(save: { fileId: string; baseRevision: string; revision: string }): void
  /** The application does not know a document any more that saves of clients wait for. */
  lost(document: DocumentRecord): void
}

/** Creates the memory of what was told; it is of this process only. */
export function createConflicts(
  source: Pick<DocumentSource, 'onConflict'>,
  log: Log,
  patience = createPatience(),
): Conflicts {
  const told = new Map<string, string>()
  const suspected = new Map<string, SourceConflict>()

  /** @returns whether it is news */
  function remember(fileId: string, revision: string): boolean {
    if (told.get(fileId) === revision) return false
    keepLast(told, fileId, revision)
    return true
  }

  function report(conflict: SourceConflict): void {
    if (!remember(conflict.fileId, conflict.revision)) return
    log.warn({ ...conflict }, 'The application has changed a document that clients work on')
    ask(patience, 'DocumentSource.onConflict', undefined, () =>
      source.onConflict?.(conflict),
    ).catch((error) => log.error({ err: error, ...conflict }, 'onConflict failed'))
  }

  return {
    report,

    suspect(conflict) {
      keepLast(suspected, conflict.fileId, conflict)
    },

    settled({ fileId, baseRevision, revision }) {
      const conflict = suspected.get(fileId)
      suspected.delete(fileId)
      // Suspected before an earlier save: then that one, delivered by another process, may be it.
      if (conflict?.knownRevision === baseRevision && conflict.revision !== revision)
        report(conflict)
    },

    lost({ fileId, sequenceNumber, source: known }) {
      if (!known || known.sequenceNumber >= sequenceNumber || !remember(fileId, '')) return
      log.error(
        { fileId, version: sequenceNumber, delivered: known.sequenceNumber },
        'The application has no such document any more, but saves that it never took wait for it',
      )
    },
  }
}

/** Sets an entry, and drops those that were set longest ago when there are too many. */
function keepLast<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= REMEMBERED_MAX) return
    map.delete(oldest)
  }
}
