import type {
  DocumentRecord,
  FragmentRecord,
  ManifestRecord,
  PackRef,
  SessionRecord,
} from '../../../ports/metadata-store.ts'

export interface DocumentRow extends DocumentRecord {
  referenceVersion: number
  /** Oldest first: the last one is the current one. */
  manifests: (ManifestRecord & { manifest: Uint8Array })[]
}

export interface SessionRow extends SessionRecord {
  fragments: FragmentRecord[]
  /** Committed, and its fragments were removed. */
  emptied: boolean
}

export interface CondemnedPack {
  pack: PackRef
  condemnedAt: number
  doomed: boolean
}

/** When a document is to be looked at: the earliest and the latest time that was asked for. */
export interface DueRow {
  dueAt: number
  latest: number
}

/** What a database would hold. */
export interface Tables {
  /** By key. */
  documents: Map<string, DocumentRow>
  keysByFileId: Map<string, string>
  /** By the hash of the token. */
  sessions: Map<string, SessionRow>
  /** By document key, then by pack key. */
  condemned: Map<string, Map<string, CondemnedPack>>
  /** By document key. */
  due: Map<string, DueRow>
  secrets: Map<string, Uint8Array>
}

export function createTables(): Tables {
  return {
    documents: new Map(),
    keysByFileId: new Map(),
    sessions: new Map(),
    condemned: new Map(),
    due: new Map(),
    secrets: new Map(),
  }
}

export function anyDoomed(tables: Tables, documentKey: string, packs: readonly PackRef[]): boolean {
  const condemned = tables.condemned.get(documentKey)
  return packs.some((pack) => condemned?.get(pack.key)?.doomed)
}

/** Notes that the document names these packs from now on, which pardons them. */
export function namePacks(tables: Tables, document: DocumentRow, packs: readonly PackRef[]): void {
  document.referenceVersion += 1
  const condemned = tables.condemned.get(document.key)
  for (const pack of packs) condemned?.delete(pack.key)
}

export function putIntoQueue(tables: Tables, documentKey: string, dueAt: number): void {
  const row = tables.due.get(documentKey)
  if (row === undefined) {
    tables.due.set(documentKey, { dueAt, latest: dueAt })
    return
  }
  // Somebody may be looking at this document just now and settle `row.dueAt` afterwards: a second
  // wish for the very same instant has to be told apart from the first.
  row.latest = Math.max(row.latest, dueAt === row.latest ? dueAt + 1 : dueAt)
  row.dueAt = Math.min(row.dueAt, dueAt)
}
