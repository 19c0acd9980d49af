import type { SessionRecord, SessionStore } from '../../ports/metadata/sessions.ts'
import type { Share } from '../bytes/share.ts'
import { createSingleFlight } from '../bytes/single-flight.ts'
import { buildChunkTable, type ChunkSource, type ChunkTable } from '../state/chunk-table.ts'
import { sessionSource } from './session-format.ts'

/** Memory that is kept for the chunks of sessions that are being committed, in bytes. */
const KEPT_MAX_BYTES = 16 * 1024 * 1024

/** Finds the chunks of upload sessions, and keeps those that were looked for last. */
export interface SessionChunks {
  /** The chunks of a session as it stands. */
  of(session: SessionRecord, share: Share): Promise<ChunkTable>
}

/**
 * Creates a cache of sessions' chunks. A session at one length never changes, so a save that is tried
 * again and again reads it once.
 */
export function createSessionChunks(metadata: SessionStore): SessionChunks {
  const once = createSingleFlight()
  const kept = new Map<string, { table: ChunkTable; bytes: number }>()
  let held = 0

  function keep(key: string, table: ChunkTable, source: ChunkSource): void {
    const bytes = table.heldBytes + source.chunks.heldBytes + source.extents.heldBytes
    kept.set(key, { table, bytes })
    held += bytes
    for (const [oldest, entry] of kept) {
      if (held <= KEPT_MAX_BYTES) return
      kept.delete(oldest)
      held -= entry.bytes
    }
  }

  return {
    async of({ tokenHash, received }, share) {
      const key = `${tokenHash}/${received}`
      const known = kept.get(key)
      if (known) return known.table
      return once(key, AbortSignal.any([]), async () => {
        const source = await sessionSource(metadata, tokenHash, share)
        const table = await share.work(buildChunkTable([source]))
        keep(key, table, source)
        return table
      })
    },
  }
}
