import type { DocumentSource, SourceConflict } from '../../ports/document-source.ts'
import type { Log } from '../../ports/log.ts'
import type { DocumentRecord } from '../../ports/metadata/documents.ts'
import { ask, createPatience } from './deadlines.ts'

/** Most documents whose last conflict and last suspicion are remembered. */
const REMEMBERED_MAX = 10_000

/** Reports documents that both the application and its clients have changed. */
export interface Conflicts {
  /** Reports that the application has another revision while clients hold a lock. */
  report(conflict: SourceConflict): void
  /**
   * Notes that the application has another revision while saves wait for their delivery. The
   * delivery shows whether one of those saves has become this revision.
   */
  suspect(conflict: SourceConflict): void
  /** Notes that a save based on `baseRevision` was delivered and became `revision`. */
  settled(save: { fileId: string; baseRevision: string; revision: string }): void
  /**
   * Reports that the application no longer knows a document, although saves wait for their
   * delivery.
   */
  lost(document: DocumentRecord): void
}

/** Creates the reports. Each process remembers only what it has reported itself. */
export function createConflicts(
  source: Pick<DocumentSource, 'onConflict'>,
  log: Log,
  patience = createPatience(),
): Conflicts {
  const told = new Map<string, string>()
  const suspected = new Map<string, SourceConflict>()

  /** @returns whether this revision was not reported before */
  function remember(fileId: string, revision: string): boolean {
    if (told.get(fileId) === revision) return false
    keepLast(told, fileId, revision)
    return true
  }

  function report(conflict: SourceConflict): void {
    if (!remember(conflict.fileId, conflict.revision)) return
    log.warn(
      { ...conflict },
      'The application has changed a document while clients edit it; the state of the clients stays',
    )
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
      // The suspicion may be older than this base: another process may have delivered that
      // revision.
      if (conflict?.knownRevision === baseRevision && conflict.revision !== revision)
        report(conflict)
    },

    lost({ fileId, sequenceNumber, source: known }) {
      if (!known || known.sequenceNumber >= sequenceNumber || !remember(fileId, '')) return
      log.error(
        { fileId, version: sequenceNumber, delivered: known.sequenceNumber },
        'The application no longer has this document, but saves of clients still wait for their delivery',
      )
    },
  }
}

/** Sets an entry, and drops the oldest entries when there are too many. */
function keepLast<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= REMEMBERED_MAX) return
    map.delete(oldest)
  }
}
